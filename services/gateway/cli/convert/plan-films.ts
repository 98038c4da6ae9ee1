import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, messageOf, UsageError } from '../errors.ts';
import { describeSkipped, type FoundFilm, findFilms } from '../files/find-films.ts';
import { planTargets, type Target, targetName } from '../files/target.ts';
import { checkVideo, type VideoFile } from '../files/video.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import type { Conversion } from './command-line.ts';
import { type Decision, decide } from './decide.ts';
import type { Journal } from './journal.ts';

export interface PlannedFilm {
  video: VideoFile;
  target: Target;
  /** The job that an earlier run has sent for it. */
  job: string | undefined;
}

export interface PlanPorts {
  cwd: string;
  stdoutIsTerminal: boolean;
  reporter: Reporter;
  journal: Journal;
  /** Called with a film that is converted already. */
  onDone: (film: { path: string; target: string }) => Promise<void>;
  /** Called with a film that cannot be converted, after it was reported. */
  onFailure: (path: string, error: unknown) => Promise<void>;
}

export interface FilmPlan {
  films: PlannedFilm[];
  failures: number;
}

type Command = Pick<Conversion, 'files' | 'output' | 'options' | 'url' | 'force' | 'recursive'>;

/**
 * Decides for each film what is to be done, before anything is sent. What is wrong with a file that was named ends the command;
 * what is wrong with one that was found in a folder is reported.
 * @throws UsageError, CommandError
 */
export async function planFilms(command: Command, ports: PlanPorts): Promise<FilmPlan> {
  const folders: string[] = [];
  const named: VideoFile[] = [];
  for (const file of command.files) {
    const absolute = path.resolve(ports.cwd, file);
    const found = await stat(absolute).catch(() => undefined);
    if (found?.isDirectory()) folders.push(absolute);
    else named.push(await checkVideo(file, ports.cwd));
  }
  if (folders.length > 0 && command.output === '-')
    throw new UsageError('-o - takes one file, and no folder.');
  const plan: FilmPlan = { films: await planNamed(named, folders.length > 0, command, ports), failures: 0 };
  const taken = new Set(plan.films.flatMap(({ target }) => (target.kind === 'file' ? [target.path] : [])));
  for (const folder of folders) {
    const { films, skipped } = await findFilms(folder, { isRecursive: command.recursive });
    for (const fault of skipped.faults) ports.reporter.warning(fault);
    const leftOut = describeSkipped(skipped);
    if (leftOut) ports.reporter.info(leftOut);
    if (films.length === 0)
      ports.reporter.info(`There is no film in ${printable(relativeTo(ports.cwd, folder))}.`);
    const needless = { done: 0, newer: 0 };
    for (const film of films) {
      const planned = await planFound(film, folder, command, { ...ports, taken });
      if (planned === 'failed') plan.failures += 1;
      else if (typeof planned === 'string') needless[planned] += 1;
      else plan.films.push(planned);
    }
    const text = describeNeedless(needless);
    if (text) ports.reporter.info(text);
  }
  return plan;
}

async function planNamed(
  videos: readonly VideoFile[],
  isFolder: boolean,
  { output, options, url, force }: Command,
  ports: PlanPorts,
): Promise<PlannedFilm[]> {
  const decisions: Decision[] = [];
  const targets = await planTargets({
    ...{ force, cwd: ports.cwd, stdoutIsTerminal: ports.stdoutIsTerminal },
    // Beside a folder, -o is a folder, also where it does not exist yet.
    output: isFolder && output !== undefined ? output + path.sep : output,
    names: videos.map(({ name }) => name),
    sources: videos.map((video) => video.path),
    async isSettled(target, index) {
      const source = videos[index]?.path ?? '';
      const decision = await decide({ source, target, options, url, force }, ports.journal);
      decisions[index] = decision;
      return decision.kind === 'done' || (decision.kind === 'convert' && decision.overwrite && !force);
    },
  });
  const films: PlannedFilm[] = [];
  for (const [index, video] of videos.entries()) {
    const film = toPlanned(video, targets[index] as Target, decisions[index]);
    if (film) films.push(film);
    else await reportDone(video.path, targets[index] as Target, ports);
  }
  return films;
}

/** Undefined for a film that is converted already. */
function toPlanned(
  video: VideoFile,
  target: Target,
  decision: Decision | undefined,
): PlannedFilm | undefined {
  if (target.kind === 'stdout' || decision === undefined) return { video, target, job: undefined };
  if (decision.kind === 'done') return undefined;
  const job = decision.kind === 'fetch' ? decision.job : undefined;
  const mayOverwrite = target.force || (decision.kind === 'convert' && decision.overwrite);
  return { video, target: { ...target, force: mayOverwrite }, job };
}

async function reportDone(source: string, target: Target, ports: PlanPorts): Promise<void> {
  if (target.kind === 'stdout') return;
  const [from, to] = [source, target.path].map((file) => printable(relativeTo(ports.cwd, file)));
  ports.reporter.info(`${from} is converted already: ${to}`);
  await ports.onDone({ path: source, target: target.path });
}

export interface FolderPorts extends PlanPorts {
  /** Paths of the MP3s that are planned. */
  taken: Set<string>;
}

/** Why a film of a folder is not converted: its MP3 is known to be right, or it is newer and nothing is known of it. */
type Needless = 'done' | 'newer';

function describeNeedless({ done, newer }: Record<Needless, number>): string | undefined {
  const films = (count: number) => (count === 1 ? '1 film is' : `${count} films are`);
  const parts = [
    done > 0 && `${films(done)} converted already.`,
    newer > 0 && `${films(newer)} older than an MP3 of that name: --force converts what is left out.`,
  ];
  return parts.filter(Boolean).join(' ') || undefined;
}

/** Plans a film that was found in a folder. */
export async function planFound(
  film: FoundFilm,
  folder: string,
  { output, options, url, force }: Omit<Command, 'files' | 'recursive'>,
  ports: FolderPorts,
): Promise<PlannedFilm | Needless | 'failed'> {
  const { cwd, journal, taken, reporter } = ports;
  const base = output === undefined ? folder : path.resolve(cwd, output);
  const target = path.join(base, path.dirname(film.relative), targetName(path.basename(film.relative)));
  const name = printable(relativeTo(cwd, film.path));
  const shown = printable(relativeTo(cwd, target));
  try {
    const decision = await decide({ source: film.path, target, options, url, force }, journal);
    if (taken.has(target)) throw new CommandError(`another film becomes ${shown} already.`);
    taken.add(target);
    if (decision.kind === 'taken' && decision.isNewer && !decision.isOtherwise) {
      await ports.onDone({ path: film.path, target });
      return 'newer';
    }
    if (decision.kind === 'taken') throw new CommandError(reasonOf(decision, shown));
    const video = await checkVideo(relativeTo(cwd, film.path), cwd);
    await mkdir(path.dirname(target), { recursive: true });
    const planned = toPlanned(video, { kind: 'file', path: target, force }, decision);
    if (planned) return planned;
    await ports.onDone({ path: film.path, target });
    return 'done';
  } catch (error) {
    const message = messageOf(error);
    reporter.error(message.startsWith(name) ? message : `${name}: ${message}`);
    await ports.onFailure(relativeTo(cwd, film.path), error);
    return 'failed';
  }
}

const reasonOf = ({ isOtherwise }: { isOtherwise: boolean }, target: string): string =>
  isOtherwise
    ? `${target} was made with other options: --force overwrites it.`
    : `${target} is older than the film, and not known to be made of it: --force overwrites it.`;

const relativeTo = (cwd: string, file: string): string => path.relative(cwd, file) || '.';
