import { createFairOrder, type FairOrder, type Placed } from './fair-order.ts';
import type { KnownJob } from './known-job.ts';

/** The known jobs by id. The queued ones are in the order in which their turn comes. */
export interface KnownJobs {
  get(id: string): KnownJob | undefined;
  all(): Iterable<KnownJob>;
  /** In order. Sorting waits until somebody asks. */
  queued(): readonly KnownJob[];
  /** From 1, also for a job that is not known. */
  positionOf(job: Placed): number;
  set(job: KnownJob): void;
  forgetAllBut(ids: ReadonlySet<string>): void;
}

/** Whether the order of the queued jobs depends on a job with this status. */
const isOrdered = (status: KnownJob['status'] | undefined) => status === 'queued' || status === 'converting';

export function createKnownJobs(): KnownJobs {
  const jobs = new Map<string, KnownJob>();
  let order: FairOrder<KnownJob> | undefined;

  function current(): FairOrder<KnownJob> {
    if (order) return order;
    const byStatus = Map.groupBy(jobs.values(), ({ status }) => status);
    order = createFairOrder(byStatus.get('queued') ?? [], byStatus.get('converting') ?? []);
    return order;
  }

  return {
    get: (id) => jobs.get(id),
    all: () => jobs.values(),
    queued: () => current().jobs,
    positionOf: (job) => current().positionOf(job),
    set(job) {
      const before = jobs.get(job.id);
      const isSame =
        before?.status === job.status && (job.status !== 'queued' || before.updatedAt === job.updatedAt);
      if (!isSame && (isOrdered(before?.status) || isOrdered(job.status))) order = undefined;
      jobs.set(job.id, job);
    },
    forgetAllBut(ids) {
      for (const [id, { status }] of jobs) {
        if (ids.has(id)) continue;
        jobs.delete(id);
        if (isOrdered(status)) order = undefined;
      }
    },
  };
}
