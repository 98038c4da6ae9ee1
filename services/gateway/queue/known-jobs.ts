import type { Work } from '../../shared/jobs/work.ts';
import type { KnownJob } from './known-job.ts';

type Placed = Pick<KnownJob, 'id' | 'updatedAt'>;
/** What does not change while a job is queued. */
export type KnownQueuedJob = Placed & Work;

/** The known jobs by id. The queued ones are sorted by when they were queued, and by their ids where that is the same. */
export interface KnownJobs {
  get(id: string): KnownJob | undefined;
  all(): Iterable<KnownJob>;
  /** In order. Sorting waits until somebody asks. */
  queued(): readonly KnownQueuedJob[];
  /** From 1, also for a job that is not known. */
  positionOf(job: Placed): number;
  set(job: KnownJob): void;
  forgetAllBut(ids: ReadonlySet<string>): void;
}

export function createKnownJobs(): KnownJobs {
  const jobs = new Map<string, KnownJob>();
  let sorted: KnownQueuedJob[] | undefined;

  function queued(): KnownQueuedJob[] {
    sorted ??= [...jobs.values()].filter(({ status }) => status === 'queued').sort(compare);
    return sorted;
  }

  return {
    get: (id) => jobs.get(id),
    all: () => jobs.values(),
    queued,
    positionOf: (job) => countBefore(queued(), job) + 1,
    set(job) {
      const before = jobs.get(job.id);
      const isSame = before?.status === job.status && before.updatedAt === job.updatedAt;
      if (!isSame && (before?.status === 'queued' || job.status === 'queued')) sorted = undefined;
      jobs.set(job.id, job);
    },
    forgetAllBut(ids) {
      for (const [id, { status }] of jobs) {
        if (ids.has(id)) continue;
        jobs.delete(id);
        if (status === 'queued') sorted = undefined;
      }
    },
  };
}

/** ISO 8601 times of the same form sort as texts do. */
function compare(a: Placed, b: Placed): number {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** The number of jobs before this one in a sorted list. */
function countBefore(sorted: readonly Placed[], job: Placed): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle];
    if (at && compare(at, job) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
