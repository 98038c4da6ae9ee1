import { readJobs } from '../../shared/job-index/read-jobs.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createPacedRead } from '../../shared/runtime/paced-read.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { ActiveJob, JobIndex } from '../job-index/job-index.ts';
import { type KnownJob, knownJobOf } from './known-job.ts';
import { createKnownJobs, type KnownJobs } from './known-jobs.ts';

/**
 * Milliseconds between two reads of the index of active jobs, at least. The pause is at least this many times as long as the last read
 * took, so that reading takes at most a tenth of the time.
 */
const PACE = { minPauseMs: 2_000, pauseFactor: 10 };
/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 500;
/** The first jobs of the queue may be started at any moment. They are read each time, as are those that are converted. */
const HEAD = 100;
/** A job that may change is read again after this time. The event streams read theirs once a second, so that it is not read twice. */
const MOVING_REREAD_MS = 1_500;
/** A job that nothing is expected to happen to is read again after this time. */
const REREAD_MS = 15_000;

interface BacklogPorts {
  jobs: Pick<JobStore, 'getMany'>;
  index: Pick<JobIndex, 'listActive'>;
  stoppingSignal: AbortSignal;
  log: Log;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** When a read began. */
export interface BacklogRead {
  /** Milliseconds of the monotonic clock. */
  at: number;
  /** Milliseconds since the epoch. */
  wallTime: number;
}

/** What this gateway knows of the active jobs of all users. It reads nothing by itself. */
export interface Backlog extends Pick<KnownJobs, 'get' | 'all' | 'queued' | 'positionOf'> {
  /**
   * Reads the index if that was long enough ago, and the jobs that may have changed. All callers share one read. Resolves after
   * the read under way, and never rejects: where the store is unavailable, what is known stays.
   */
  update(): Promise<void>;
  /** Takes over jobs that somebody else has read, such as the sweep, so that they need not be read again. */
  observe(jobs: Iterable<Stored<Job>>): void;
  /** The last read of the whole index. Undefined before the first one. */
  readonly lastRead: BacklogRead | undefined;
  /** Whether the job may change at any moment, and not only by a command of its owner. */
  isMoving(job: KnownJob): boolean;
}

export function createBacklog(ports: BacklogPorts): Backlog {
  const { jobs, index, stoppingSignal, now = () => performance.now() } = ports;
  const known = createKnownJobs();
  let lastRead: BacklogRead | undefined;

  const isMoving = (job: KnownJob): boolean => isMovingIn(known, job);

  function observe(found: Iterable<Stored<Job>>, versions?: ReadonlyMap<string, string>): void {
    for (const stored of found) {
      const before = known.get(stored.document.id);
      const version = versions?.get(stored.document.id) ?? before?.version;
      // A job that is not in the index of active jobs is none of the backlog.
      if (version === undefined) continue;
      known.set(knownJobOf(stored, { version, before, readAt: now() }));
    }
  }

  function needsReading({ id, version }: ActiveJob): boolean {
    const job = known.get(id);
    if (job?.version !== version) return true;
    return now() - job.readAt >= (isMoving(job) ? MOVING_REREAD_MS : REREAD_MS);
  }

  async function read(): Promise<void> {
    const entries: ActiveJob[] = [];
    for await (const listed of index.listActive(stoppingSignal))
      for (const entry of listed) entries.push(entry);
    const due = entries.filter(needsReading);
    const versions = new Map(due.map(({ id, version }) => [id, version]));
    for (let at = 0; at < due.length; at += BATCH) {
      const ids = due.slice(at, at + BATCH).map(({ id }) => id);
      const { found } = await readJobs(jobs, ids, undefined, stoppingSignal);
      observe(found.values(), versions);
    }
    known.forgetAllBut(new Set(entries.map(({ id }) => id)));
  }

  const update = createPacedRead(
    async () => {
      const begun = { at: now(), wallTime: Date.now() };
      await read();
      lastRead = begun;
    },
    { ...PACE, now, onError: (error) => logUnexpected(ports, error) },
  );

  return {
    update,
    observe: (found) => observe(found),
    get lastRead() {
      return lastRead;
    },
    get: known.get,
    all: known.all,
    queued: known.queued,
    positionOf: known.positionOf,
    isMoving,
  };
}

const isMovingIn = (known: Pick<KnownJobs, 'positionOf'>, job: KnownJob): boolean =>
  job.status === 'uploading' ||
  job.status === 'converting' ||
  (job.status === 'queued' && known.positionOf(job) <= HEAD);

function logUnexpected({ stoppingSignal, log }: BacklogPorts, error: unknown): void {
  if (stoppingSignal.aborted || isAppError(error, 'unavailable')) return;
  log.warn({ err: error }, 'the active jobs could not be read');
}
