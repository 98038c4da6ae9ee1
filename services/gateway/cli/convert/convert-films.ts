import type { JobView } from '../../../shared/jobs/job-view.ts';
import { createSemaphore } from '../../../shared/runtime/semaphore.ts';
import { isProblem, UnreachableError } from '../../client/http/errors.ts';
import { retry } from '../../client/http/retry.ts';
import { getJob } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import type { UploadStore } from '../../client/uploads/upload-store.ts';
import { messageOf, toErrorDocument } from '../errors.ts';
import { printJson } from '../terminal/print-json.ts';
import type { Board, Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import { attempt } from './attempt.ts';
import { type AwaitAndSavePorts, awaitAndSave } from './await-and-save.ts';
import type { Conversion } from './command-line.ts';
import { createCounts, type FilmState } from './counts.ts';
import { type Fingerprint, fingerprintOf, type Journal } from './journal.ts';
import type { PlannedFilm } from './plan-films.ts';
import { sendVideo } from './send-video.ts';

/** Uploads at the same time. More would only share the same line. */
const UPLOADS = 3;
/** Films that are sent and not saved yet. It is well below what a gateway allows one user. */
const IN_FLIGHT = 24;

export interface ConvertFilmsPorts extends Omit<AwaitAndSavePorts, 'onEnd' | 'reporter'> {
  reporter: Board;
  journal: Journal;
  /** Remembers uploads, so that a later run can resume. */
  uploads: UploadStore;
  session: Session;
  /** Called with a film that was converted, or that failed. */
  onSettled?: (film: PlannedFilm) => void;
  /** Called with a film for which the gateway could not be reached. Without it, that ends the conversion of all. */
  onOutage?: (film: PlannedFilm) => void;
}

type Command = Pick<Conversion, 'options' | 'url' | 'json' | 'whole'>;

/**
 * Converts films, several at a time: each is sent, converted and saved by itself. Returns the number of those that failed, each of
 * which was reported. An error that concerns all, such as a gateway that cannot be reached, ends the others.
 * @param total the number of films; undefined where it is not known
 */
export async function convertFilms(
  films: (signal: AbortSignal) => AsyncIterable<PlannedFilm>,
  total: number | undefined,
  command: Command,
  ports: ConvertFilmsPorts,
): Promise<number> {
  const failure = new AbortController();
  const signal = AbortSignal.any([ports.signal, failure.signal]);
  const sending = createSemaphore(UPLOADS);
  const counts = createCounts(total);
  const source = films(signal)[Symbol.asyncIterator]();
  if (total !== 1) ports.reporter.overall(counts.describe);

  async function work(): Promise<void> {
    for (let next = await source.next(); !next.done; next = await source.next()) {
      const reporter = ports.reporter.line();
      try {
        await convertFilm(next.value, command, { ...ports, signal, reporter, sending, counts });
      } catch (error) {
        if (!ports.onOutage || !(error instanceof UnreachableError) || signal.aborted) throw error;
        reporter.error(`${printable(next.value.video.name)}: ${messageOf(error)} It is tried again later.`);
        ports.onOutage(next.value);
      } finally {
        reporter.settle();
        ports.onSettled?.(next.value);
      }
    }
  }

  const workers = Array.from({ length: Math.min(IN_FLIGHT, total ?? IN_FLIGHT) }, () =>
    work().catch((error: unknown) => {
      // The first error is the cause of the others.
      failure.abort(error);
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  ports.reporter.overall(undefined);
  ports.signal.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return counts.failed();
}

interface FilmPorts extends Omit<ConvertFilmsPorts, 'reporter'> {
  reporter: Reporter;
  /** Bounds the uploads at the same time. */
  sending: ReturnType<typeof createSemaphore>;
  counts: ReturnType<typeof createCounts>;
}

async function convertFilm(film: PlannedFilm, command: Command, ports: FilmPorts): Promise<void> {
  const { name } = film.video;
  const { counts, stdout, sending: uploads } = ports;
  // Taken before the film is sent: a later change must lead to another conversion.
  const fingerprint = await fingerprintOf(film.video.path);
  const keepJob = (job: string, mp3: Fingerprint | undefined) =>
    keep(film, { fingerprint, job, mp3 }, command, ports);
  let isPrinted = false;
  const onEnd = async (job: JobView) => {
    isPrinted = true;
    if (job.status === 'done' && film.target.kind === 'file')
      keepJob(job.id, await fingerprintOf(film.target.path));
    if (command.json) await printJson(job, stdout);
  };
  let state: FilmState | undefined;
  const become = (next: FilmState | undefined) => {
    counts.change(state, next);
    state = next;
  };
  become('waiting');
  const send = async (whole = command.whole) => {
    become('sending');
    const sent = await sendVideo(ports.session, film.video, { options: command.options, whole }, ports);
    keepJob(sent.id, undefined);
    become('converting');
    return sent;
  };
  const sendWhole = () => uploads.run(() => send(true), ports.signal);
  const isDone = await attempt(
    name,
    {
      ...ports,
      onFailure: async (error) => {
        if (command.json && !isPrinted)
          await printJson({ ...toErrorDocument(error), filename: name }, stdout);
      },
    },
    async () => {
      const earlier = film.job === undefined ? undefined : await findSent(film, ports);
      const { id, kind } = earlier ?? (await uploads.run(() => send(), ports.signal));
      become('converting');
      const sent = { id, name, target: film.target, sendWhole: kind === 'sound' ? sendWhole : undefined };
      await awaitAndSave(ports.session, sent, { ...ports, onEnd });
    },
  ).catch((error: unknown) => {
    become(undefined);
    throw error;
  });
  become(isDone ? 'saved' : 'failed');
}

/** The job that an earlier run has sent, unless nothing can be expected of it any more. */
async function findSent(
  { job: id = '', video: { name } }: PlannedFilm,
  { session, clock, signal, reporter }: FilmPorts,
): Promise<{ id: string; kind: 'sound' | 'whole' } | undefined> {
  try {
    const { status, source } = await retry(() => getJob(session, id, signal), { clock, signal });
    if (status === 'failed' || status === 'cancelled') return undefined;
    reporter.info(`${printable(name)} was sent before: job ${id}`);
    return { id, kind: source.original ? 'sound' : 'whole' };
  } catch (error) {
    if (isProblem(error, 'not_found')) return undefined;
    throw error;
  }
}

function keep(
  { target }: PlannedFilm,
  {
    fingerprint,
    job,
    mp3,
  }: { fingerprint: Fingerprint | undefined; job: string; mp3: Fingerprint | undefined },
  { options, url }: Command,
  { journal }: Pick<FilmPorts, 'journal'>,
): void {
  if (target.kind === 'stdout' || !fingerprint) return;
  journal.keep(target.path, { url, film: fingerprint, options, job, mp3: mp3 ?? null });
}
