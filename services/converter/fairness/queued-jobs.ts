import { ACTIVE_JOBS } from '../../shared/job-index/active-index.ts';
import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { readShards } from '../../shared/job-index/read-shards.ts';
import { accountOf } from '../../shared/jobs/account.ts';
import { type ConvertingJob, isVisible, type Job, type QueuedJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { chargedSeconds, type Work, workOf } from '../../shared/jobs/work.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createPacedRead } from '../../shared/runtime/paced-read.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { type Beginners, LEAVE_MS } from './beginners.ts';
import type { WaitingJob } from './turns.ts';

/** Milliseconds between two reads of the index, at least. */
const MIN_PAUSE_MS = 500;
/** The pause is at least this many times as long as the last read took, so that reading takes at most a tenth of the time. */
const PAUSE_FACTOR = 10;
/** The longest time for which a free core waits for a read. After it, the converter does with what it knows. */
const MAX_WAIT_MS = 1_000;
/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 500;
/** A job that may come to wait without a new entry in the index is read again after this time. */
const REREAD_MS = 10_000;
/** An upload may become a job at any moment. */
const REREAD_UPLOAD_MS = 2_000;
/** A job waits this long for each attempt that has failed, so that a short trouble does not use up all attempts. */
const RETRY_PAUSE_MS = 10_000;
const MAX_RETRY_PAUSE_MS = 60_000;

export interface QueuedJobsPorts {
  state: StateStore;
  jobs: Pick<JobStore, 'getMany'>;
  beginners: Pick<Beginners, 'findOthers'>;
  /** Seconds that a conversion will take, or null where that is not known. */
  estimate: (job: Work) => number | null;
  /** A job whose lease is not renewed for this many milliseconds has lost its converter. */
  leaseMs: number;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** A job that any converter may take as long as it has this ETag. */
export interface FreeJob extends WaitingJob {
  etag: string;
}

/**
 * The jobs of all users that wait for a converter, as far as this one knows: those that are queued, after a pause where attempts have
 * failed or another converter has begun during the upload, and those whose lease is over. It may be wrong of each of them.
 */
export interface QueuedJobs {
  /** Reads what may have changed, unless that was done shortly before. It waits a second at most, and never rejects. */
  update(): Promise<void>;
  all(): FreeJob[];
  /** The job is not to be had. */
  forget(id: string): void;
}

interface Known {
  /** Of its entry in the index. */
  version: string;
  /** When it is to be read again, although its entry has not changed. */
  dueAt: number;
  etag: string | undefined;
  /** Since when it has had this ETag, as far as this converter has seen. */
  since: number;
  /** Undefined for a job that nobody may take now. */
  free: FreeJob | undefined;
}

export function createQueuedJobs(ports: QueuedJobsPorts): QueuedJobs {
  const { state, jobs, beginners, stoppingSignal, log, now = () => performance.now() } = ports;
  const known = new Map<string, Known>();

  function onError(error: unknown): void {
    if (stoppingSignal.aborted || isAppError(error, 'unavailable')) return;
    log.warn({ err: error }, 'the queued jobs could not be read');
  }

  async function read(): Promise<void> {
    const versions = new Map<string, string>();
    for await (const { entries } of readShards<object>(state, ACTIVE_JOBS, undefined, stoppingSignal))
      for (const { id, version } of entries) versions.set(id, version);
    for (const id of known.keys()) if (!versions.has(id)) known.delete(id);
    const due = [...versions].filter(([id, version]) => {
      const job = known.get(id);
      return job?.version !== version || now() >= job.dueAt;
    });
    for (let at = 0; at < due.length; at += BATCH) {
      const batch = due.slice(at, at + BATCH);
      const ids = batch.map(([id]) => id);
      const { found } = await readJobs(jobs, ids, undefined, stoppingSignal);
      const jobsOfBatch = [...found.values()].map(({ document }) => document);
      const begun = await beginners.findOthers(jobsOfBatch, stoppingSignal);
      for (const [id, version] of batch) {
        const seen = { version, before: known.get(id), isBegun: begun.has(id), now: now() };
        known.set(id, knownOf(ports, found.get(id), seen));
      }
    }
  }

  const update = createPacedRead(read, { minPauseMs: MIN_PAUSE_MS, pauseFactor: PAUSE_FACTOR, now, onError });

  return {
    async update() {
      const reading = new AbortController();
      const read = update().finally(() => reading.abort());
      await Promise.race([read, delay(MAX_WAIT_MS, reading.signal).catch(() => undefined)]);
    },
    all: () => [...known.values()].flatMap(({ free }) => free ?? []),
    forget(id) {
      const job = known.get(id);
      if (job) known.set(id, { ...job, dueAt: now() + REREAD_MS, free: undefined });
    },
  };
}

interface SeenJob {
  /** Of its entry in the index. */
  version: string;
  before: Known | undefined;
  /** Whether another converter has begun during the upload. */
  isBegun: boolean;
  /** Milliseconds of the monotonic clock, after the job was read. */
  now: number;
}

function knownOf(
  { estimate, leaseMs }: Pick<QueuedJobsPorts, 'estimate' | 'leaseMs'>,
  stored: Stored<Job> | undefined,
  { version, before, isBegun, now }: SeenJob,
): Known {
  const etag = stored?.etag;
  const since = before && before.etag === etag ? before.since : now;
  const job = stored?.document;
  const seen = { version, etag, since, free: undefined };
  // The entry of an upload comes before its job.
  if (!stored || job?.status === 'uploading') return { ...seen, dueAt: now + REREAD_UPLOAD_MS };
  // A command of its owner makes a final job wait, which changes its entry.
  if (!job || !isFreeLater(job)) return { ...seen, dueAt: Number.POSITIVE_INFINITY };
  if (now - since < pauseOf(job, leaseMs)) return { ...seen, dueAt: now + REREAD_MS };
  if (isBegun && now - since < LEAVE_MS) return { ...seen, dueAt: since + LEAVE_MS };
  const free = { ...waitingOf(job, estimate), etag: stored.etag };
  return { ...seen, dueAt: Number.POSITIVE_INFINITY, free };
}

const isFreeLater = (job: Job): job is QueuedJob | ConvertingJob =>
  (job.status === 'queued' || job.status === 'converting') && isVisible(job);

/** Milliseconds for which a job has to stay as it is before any converter may take it. */
function pauseOf(job: QueuedJob | ConvertingJob, leaseMs: number): number {
  if (job.status === 'converting') return leaseMs;
  return Math.min(MAX_RETRY_PAUSE_MS, RETRY_PAUSE_MS * (job.attempts + job.infrastructureFailures));
}

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
