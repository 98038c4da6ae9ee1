import path from 'node:path';
import type { Writable } from 'node:stream';
import type { JobView } from '../../../shared/jobs/job-view.ts';
import { formatDuration } from '../../../shared/runtime/format.ts';
import type { Clock } from '../../client/http/clock.ts';
import { isProblem, UnreachableError } from '../../client/http/errors.ts';
import type { Session } from '../../client/session/session.ts';
import { watchSent } from '../../client/watch-sent.ts';
import { CommandError, messageOf } from '../errors.ts';
import type { Target } from '../files/target.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';
import { createProgressMeter } from './progress-meter.ts';
import { reportResult, type SavedMp3 } from './report-result.ts';
import { saveMp3 } from './save-mp3.ts';

export interface AwaitAndSavePorts {
  clock: Clock;
  reporter: Reporter;
  stdout: Writable;
  cwd: string;
  /** Called with a job that has ended: one that is done, when its MP3 is saved. */
  onEnd: (job: JobView) => Promise<void>;
  /** Jobs whose MP3 has not been fetched yet. */
  pending: Map<string, Target>;
  signal: AbortSignal;
}

export interface SentVideo {
  /** Id of the job. */
  id: string;
  /** Name of the video. */
  name: string;
  target: Target;
  /** Sends all of the video, where its sound alone was sent and could not be converted. Resolves with the id of the new job. */
  sendWhole: (() => Promise<{ id: string }>) | undefined;
}

/**
 * Waits for a job and saves its MP3 to the target.
 * @throws CommandError, also where the conversion failed; ClientError
 */
export async function awaitAndSave(
  session: Session,
  video: SentVideo,
  ports: AwaitAndSavePorts,
): Promise<void> {
  const { pending } = ports;
  pending.set(video.id, video.target);
  try {
    const job = await waitForEnd(session, video, ports);
    const { id } = job;
    // There is nothing to fetch later from a job that has ended without an MP3.
    if (job.status !== 'done') {
      pending.delete(id);
      await ports.onEnd(job);
    }
    await saveAndReport(session, { ...video, id }, { mp3: mp3Of(job), warnings: job.warnings }, ports);
    pending.delete(id);
    await ports.onEnd(job);
  } catch (cause) {
    if (!isProblem(cause, 'not_found')) throw cause;
    pending.delete(video.id);
    throw new CommandError('the job does not exist any more: it was deleted, or has expired.', { cause });
  }
}

function waitForEnd(session: Session, video: SentVideo, ports: AwaitAndSavePorts): Promise<JobView> {
  const { clock, signal, reporter, pending } = ports;
  const { sendWhole: sendAll } = video;
  const name = printable(video.name);
  const show = reporter.progress(`Converting ${name}`);
  const sendWhole =
    sendAll &&
    (async (failed: JobView) => {
      reporter.info(
        `${name}: ${printable(failed.error?.detail ?? '')}. Sending all of it, not only its sound.`,
      );
      const whole = await sendAll();
      pending.delete(video.id);
      pending.set(whole.id, video.target);
      return whole;
    });
  return watchSent(session, video.id, {
    clock,
    signal,
    onChange: (job) => show(...progressOf(job)),
    onRetry: (error) => show(undefined, () => `${troubleOf(error)}; trying again`),
    sendWhole,
  });
}

/** Of a job that waits, it describes for what and how long. */
export function progressOf({
  status,
  progress,
  eta_seconds,
  queue,
}: Pick<JobView, 'status' | 'progress' | 'eta_seconds' | 'queue'>): [
  share: number | undefined,
  describe: () => string,
] {
  const eta = eta_seconds === null ? '' : `ETA ${formatDuration(eta_seconds)}`;
  if (status !== 'queued') return [progress, () => eta];
  if (queue === null) return [undefined, () => 'waiting for its turn'];
  if (queue.converters === 0) return [undefined, () => 'waiting for a converter'];
  const turn = `waiting for its turn: ${ordinal(queue.position)} in the queue`;
  return [undefined, () => (eta === '' ? turn : `${turn}, ${eta}`)];
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });
const SUFFIXES: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
const ordinal = (count: number): string => `${count}${SUFFIXES[ORDINALS.select(count)] ?? 'th'}`;

const troubleOf = (error: unknown): string =>
  error instanceof UnreachableError ? 'the gateway does not answer' : messageOf(error);

/** @throws CommandError where the job has none */
function mp3Of({ status, mp3, error }: JobView): NonNullable<JobView['mp3']> {
  if (status === 'done' && mp3) return mp3;
  if (status === 'cancelled') {
    throw new CommandError('the job was cancelled; send the file again to convert it.');
  }
  throw new CommandError(
    error ? `${printable(error.detail)} (${printable(error.code)})` : 'the conversion failed.',
  );
}

async function saveAndReport(
  session: Session,
  { id, name, target }: SentVideo,
  { mp3, warnings }: Pick<SavedMp3, 'mp3' | 'warnings'>,
  { clock, signal, stdout, reporter, cwd }: AwaitAndSavePorts,
): Promise<void> {
  const meter = createProgressMeter(mp3.size, clock);
  const show = reporter.progress(`Fetching ${printable(name)}`);
  const onProgress = (bytes: number) => {
    meter.update(bytes);
    show(meter.share(), meter.describe);
  };
  await saveMp3(session, { id, ...mp3 }, target, { clock, signal, stdout, onProgress });
  const where = target.kind === 'stdout' ? 'standard output' : path.relative(cwd, target.path);
  reportResult({ name, where, mp3, warnings }, reporter);
}
