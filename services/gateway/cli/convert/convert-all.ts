import type { JobView } from '../../../shared/jobs/job-view.ts';
import { retry } from '../../client/http/retry.ts';
import { getJob } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import type { UploadStore } from '../../client/uploads/upload-store.ts';
import { toErrorDocument } from '../errors.ts';
import { planTargets, type Target } from '../files/target.ts';
import { printJson } from '../terminal/print-json.ts';
import type { Board } from '../terminal/reporter.ts';
import { attempt } from './attempt.ts';
import { type AwaitAndSavePorts, awaitAndSave, type SentVideo } from './await-and-save.ts';
import type { Conversion } from './command-line.ts';
import { convertFilms } from './convert-films.ts';
import type { Journal } from './journal.ts';
import { type PlannedFilm, type PlanPorts, planFilms } from './plan-films.ts';
import { probeFiles } from './probe-files.ts';
import { watchFilms } from './watch-films.ts';

export interface ConvertPorts extends Omit<AwaitAndSavePorts, 'onEnd' | 'reporter'> {
  reporter: Board;
  journal: Journal;
  /** Remembers uploads, so that a later run can resume. */
  uploads: UploadStore;
  /** Logs in. Called only after all files and targets have been checked. */
  openSession: () => Promise<Session>;
  stdoutIsTerminal: boolean;
}

/** Runs one command line. Returns the number of files that failed, each of which was reported. */
export function convertAll(command: Conversion, ports: ConvertPorts): Promise<number> {
  if (command.probe) return probeFiles(command, ports);
  if (command.job !== undefined) return fetchJobs(command, [command.job], ports);
  return command.watch === undefined
    ? convertFiles(command, ports)
    : convertFolder(command, command.watch, ports);
}

async function convertFiles(command: Conversion, ports: ConvertPorts): Promise<number> {
  const { films, failures } = await planFilms(command, planPorts(command, ports));
  if (films.length === 0) return failures;
  const session = await ports.openSession();
  const failed = await convertFilms(() => oneByOne(films), films.length, command, { ...ports, session });
  const total = films.length + failures;
  if (total > 1) {
    const saved = `${films.length - failed} of ${total} films are converted.`;
    ports.reporter.info(failed + failures > 0 ? `${saved} ${failed + failures} failed.` : saved);
  }
  return failures + failed;
}

/** Converts what appears in a folder, until the signal aborts. */
async function convertFolder(command: Conversion, folder: string, ports: ConvertPorts): Promise<number> {
  const session = await ports.openSession();
  const busy = new Set<string>();
  const again = new Set<string>();
  const films = (signal: AbortSignal) =>
    watchFilms(
      { ...command, folder },
      { ...planPorts(command, ports), clock: ports.clock, signal, busy, again },
    );
  const onSettled = ({ video }: PlannedFilm) => void busy.delete(video.path);
  // A folder may be watched for days, and the gateway may be down for an hour of them.
  const onOutage = ({ video }: PlannedFilm) => void again.add(video.path);
  return convertFilms(films, undefined, command, { ...ports, session, onSettled, onOutage });
}

async function* oneByOne(films: readonly PlannedFilm[]): AsyncGenerator<PlannedFilm> {
  yield* films;
}

const planPorts = ({ json }: Conversion, ports: ConvertPorts): PlanPorts => ({
  ...ports,
  onDone: async ({ path, target }) => {
    if (json) await printJson({ skipped: { file: path, mp3: target } }, ports.stdout);
  },
  onFailure: async (filename, error) => {
    if (json) await printJson({ ...toErrorDocument(error), filename }, ports.stdout);
  },
});

type Fetching = Pick<Conversion, 'output' | 'force' | 'json'>;

/** Waits for jobs that were sent before, one after the other, and saves their MP3s. */
export async function fetchJobs(
  command: Fetching,
  ids: readonly string[],
  ports: ConvertPorts,
): Promise<number> {
  const { clock, signal, reporter } = ports;
  const session = await ports.openSession();
  const { output, force, json } = command;
  let failures = 0;
  const found: { id: string; name: string }[] = [];
  for (const id of ids) {
    const onFailure = async (error: unknown) => {
      if (json) await printJson({ ...toErrorDocument(error), id }, ports.stdout);
    };
    const isFound = await attempt(id, { signal, reporter, onFailure }, async () => {
      const { filename } = await retry(() => getJob(session, id, signal), { clock, signal });
      found.push({ id, name: filename });
    });
    if (!isFound) failures += 1;
  }
  const { cwd, stdoutIsTerminal } = ports;
  const names = found.map(({ name }) => name);
  const targets = await planTargets({ output, force, cwd, stdoutIsTerminal, names, sources: [] });
  for (const [index, { id, name }] of found.entries()) {
    const target = targets[index] as Target;
    if (!(await fetchOne(session, { id, name, target, sendWhole: undefined }, json, ports))) failures += 1;
  }
  return failures;
}

/** Returns whether the MP3 was saved. Reports a failure. */
async function fetchOne(
  session: Session,
  video: SentVideo,
  json: boolean,
  { reporter, ...ports }: ConvertPorts,
): Promise<boolean> {
  const line = reporter.line();
  let isPrinted = false;
  const onEnd = async (job: JobView) => {
    isPrinted = true;
    if (json) await printJson(job, ports.stdout);
  };
  const onFailure = async (error: unknown) => {
    if (json && !isPrinted) await printJson({ ...toErrorDocument(error), id: video.id }, ports.stdout);
  };
  const filmPorts = { ...ports, reporter: line, onEnd, onFailure };
  return attempt(video.name, filmPorts, () => awaitAndSave(session, video, filmPorts)).finally(line.settle);
}
