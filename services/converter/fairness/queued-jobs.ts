import { ACTIVE_JOBS } from '../../shared/job-index/active-index.ts';
import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { readShards } from '../../shared/job-index/read-shards.ts';
import { accountOf } from '../../shared/jobs/account.ts';
import { isVisible, type Job, type QueuedJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { chargedSeconds, type Work, workOf } from '../../shared/jobs/work.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createPacedRead } from '../../shared/runtime/paced-read.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { WaitingJob } from './turns.ts';

/** Milliseconds between two reads of the index, at least. */
const MIN_PAUSE_MS = 500;
/** The pause is at least this many times as long as the last read took, so that reading takes at most a tenth of the time. */
const PAUSE_FACTOR = 10;
/** The longest time for which a free core waits for a read. After it, the converter does with what it knows. */
const MAX_WAIT_MS = 1_000;
/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 500;
/** A job that was not queued is read again after this time: a converter may have given it back. */
const REREAD_MS = 10_000;

export interface QueuedJobsPorts {
  state: StateStore;
  jobs: Pick<JobStore, 'getMany'>;
  /** Seconds that a conversion will take, or null where that is not known. */
  estimate: (job: Work) => number | null;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** The jobs of all users that wait for their first attempt, as far as this converter knows. It may be wrong of each of them. */
export interface QueuedJobs {
  /** Reads what may have changed, unless that was done shortly before. It waits a second at most, and never rejects. */
  update(): Promise<void>;
  all(): WaitingJob[];
  /** The job is not to be had. */
  forget(id: string): void;
}

/** No jobs are known, so that each converter converts those whose events it gets. */
export const noQueuedJobs: QueuedJobs = {
  update: async () => undefined,
  all: () => [],
  forget: () => undefined,
};

interface Known {
  version: string;
  readAt: number;
  /** Undefined for a job that does not wait. */
  waiting: WaitingJob | undefined;
}

export function createQueuedJobs(ports: QueuedJobsPorts): QueuedJobs {
  const { state, jobs, estimate, stoppingSignal, log, now = () => performance.now() } = ports;
  const known = new Map<string, Known>();

  function onError(error: unknown): void {
    if (stoppingSignal.aborted || isAppError(error, 'unavailable')) return;
    log.warn({ err: error }, 'the queued jobs could not be read');
  }

  function isDue({ id, version }: { id: string; version: string }): boolean {
    const job = known.get(id);
    if (job?.version !== version) return true;
    return job.waiting === undefined && now() - job.readAt >= REREAD_MS;
  }

  async function read(): Promise<void> {
    const readAt = now();
    const versions = new Map<string, string>();
    for await (const { entries } of readShards<object>(state, ACTIVE_JOBS, undefined, stoppingSignal))
      for (const { id, version } of entries) versions.set(id, version);
    const due = [...versions].flatMap(([id, version]) => (isDue({ id, version }) ? [{ id, version }] : []));
    for (let at = 0; at < due.length; at += BATCH) {
      const batch = due.slice(at, at + BATCH);
      const ids = batch.map(({ id }) => id);
      const { found } = await readJobs(jobs, ids, undefined, stoppingSignal);
      for (const { id, version } of batch) {
        const job = found.get(id)?.document;
        known.set(id, {
          version,
          readAt,
          waiting: job && isFresh(job) ? waitingOf(job, estimate) : undefined,
        });
      }
    }
    for (const id of known.keys()) if (!versions.has(id)) known.delete(id);
  }

  const update = createPacedRead(read, { minPauseMs: MIN_PAUSE_MS, pauseFactor: PAUSE_FACTOR, now, onError });

  return {
    async update() {
      const reading = new AbortController();
      const read = update().finally(() => reading.abort());
      await Promise.race([read, delay(MAX_WAIT_MS, reading.signal).catch(() => undefined)]);
    },
    all: () => [...known.values()].flatMap(({ waiting }) => waiting ?? []),
    forget(id) {
      const job = known.get(id);
      if (job) known.set(id, { ...job, readAt: now(), waiting: undefined });
    },
  };
}

/**
 * A job whose attempt has failed waits for its own event, which the broker or the sweep brings later. Without that pause, a short
 * trouble would use up all attempts.
 */
const isFresh = (job: Job): job is QueuedJob =>
  job.status === 'queued' && isVisible(job) && job.attempts === 0 && job.infrastructureFailures === 0;

/** @param estimate seconds that a conversion will take, or null where that is not known */
export const waitingOf = (
  job: Pick<Job, 'id' | 'owner' | 'email' | 'updated_at' | 'source' | 'options'>,
  estimate: (job: Work) => number | null,
): WaitingJob => ({
  id: job.id,
  owner: job.owner,
  account: accountOf(job),
  queuedAt: job.updated_at,
  seconds: chargedSeconds(workOf(job), estimate),
});
