import path from 'node:path';
import type { Writable } from 'node:stream';
import type { Clock } from './clock.ts';
import { downloadMp3 } from './download.ts';
import { Failure, isProblem, messageOf, Unreachable } from './failure.ts';
import { followJob } from './follow.ts';
import { formatBytes, formatSeconds, printable } from './format.ts';
import type { JobState } from './job.ts';
import { createMeter } from './meter.ts';
import type { Reporter } from './reporter.ts';
import type { Session } from './session.ts';
import type { Target } from './target.ts';

export interface FetchPorts {
  clock: Clock;
  reporter: Reporter;
  stdout: Writable;
  cwd: string;
  /** Jobs whose MP3 has not been fetched yet. */
  pending: Map<string, Target>;
  signal: AbortSignal;
}

export interface Sent {
  id: string;
  /** The video's. */
  name: string;
  target: Target;
}

/** Waits for a job and saves its MP3 to the target. @throws Failure, also where the converter rejected the video */
export async function fetchMp3(session: Session, job: Sent, ports: FetchPorts): Promise<void> {
  ports.pending.set(job.id, job.target);
  try {
    await followAndFetch(session, job, ports);
  } catch (cause) {
    if (!isProblem(cause, 'not_found')) throw cause;
    ports.pending.delete(job.id);
    throw new Failure('the job does not exist any more: it was deleted, or has expired.', { cause });
  }
}

async function followAndFetch(
  session: Session,
  { id, name, target }: Sent,
  ports: FetchPorts,
): Promise<void> {
  const { clock, reporter, pending, signal } = ports;
  const showState = reporter.progress(`Converting ${printable(name)}`);
  const job = await followJob(session, id, {
    clock,
    signal,
    onChange: (change) => showState(...stateOf(change)),
    onTrouble: (error) => showState(undefined, () => `${troubleOf(error)}; trying again`),
  });
  const { mp3 } = job;
  if (job.status !== 'done' || !mp3) {
    pending.delete(id);
    throw outcome(job);
  }

  const meter = createMeter(mp3.size, clock);
  const showBytes = reporter.progress(`Fetching ${printable(name)}`);
  await downloadMp3(session, { id, ...mp3 }, target, {
    ...ports,
    onReceived: (bytes) => {
      meter.at(bytes);
      showBytes(meter.share(), meter.describe);
    },
  });
  pending.delete(id);
  const where = target.kind === 'stdout' ? 'standard output' : path.relative(ports.cwd, target.path);
  reporter.success(
    `${printable(name)} → ${printable(where)}  ${formatBytes(mp3.size)}, ${formatSeconds(mp3.duration_seconds)}`,
  );
}

const troubleOf = (error: unknown): string =>
  error instanceof Unreachable ? 'the gateway does not answer' : messageOf(error);

function stateOf(job: JobState): [share: number | undefined, describe: () => string] {
  if (job.status === 'queued') return [undefined, () => 'waiting for its turn'];
  const eta = job.eta_seconds;
  return [job.progress, () => (eta === null ? '' : `ETA ${formatSeconds(eta)}`)];
}

function outcome({ status, error }: JobState): Failure {
  if (status === 'cancelled') return new Failure('the job was cancelled; send the file again to convert it.');
  return new Failure(
    error ? `${printable(error.detail)} (${printable(error.code)})` : 'the conversion failed.',
  );
}
