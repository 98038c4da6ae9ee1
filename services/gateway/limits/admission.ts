import { createConcurrencyLimit } from './concurrency-limit.ts';
import {
  adjustCount,
  emptyCounts,
  exceededQuota,
  type OwnerCounts,
  overloaded,
  type Quota,
} from './quota.ts';

/** Milliseconds between two counts of the store while the quota is reached. */
const RECOUNT_MS = 2_000;

export interface AdmissionLimits {
  uploads: Quota;
  activeJobs: Quota;
}

/** A place that was given to a request. Disposing of it ends the request; the unfinished job counts on if it was kept. */
export interface Place extends Disposable {
  /** The request has made an unfinished job, which counts until the next count of the store. */
  keep(): void;
}

/** Bounds the work that is taken on: concurrent uploads, and unfinished jobs. */
export interface Admission {
  /** Throws `too_many_requests` when the user has too much under way, and `unavailable` when all users together have. */
  admitUpload(owner: string): Promise<Place>;
  /** Admits a retry. It makes an unfinished job and takes no place among the uploads. Throws as `admitUpload` does. */
  admitRetry(owner: string): Promise<Place>;
  /** Replaces the count of unfinished jobs by a newer one. What is admitted from then on is added to it. */
  updateCounts(unfinished: OwnerCounts): void;
}

/** What a client is told to do when a quota is reached: the user's own, or that of all users. */
interface Advice {
  owner: string;
  all: string;
}

const ADVICE = {
  upload: { owner: 'wait until some are done', all: 'try again later' },
  retry: { owner: 'retry this one when some are done', all: 'retry this one later' },
} satisfies Record<string, Advice>;

export function createAdmission(limits: AdmissionLimits, recount: () => Promise<OwnerCounts>): Admission {
  const uploads = createConcurrencyLimit(limits.uploads, 'uploads');
  let unfinished = emptyCounts();
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  function updateCounts(count: OwnerCounts): void {
    unfinished = count;
    countedAt = performance.now();
  }

  async function recountIfReached(owner: string): Promise<void> {
    const isReached = exceededQuota(unfinished, limits.activeJobs, owner) !== undefined;
    if (!isReached || performance.now() - countedAt < RECOUNT_MS) return;
    counting ??= recount()
      .then(updateCounts)
      .finally(() => {
        counting = undefined;
      });
    await counting;
  }

  return {
    updateCounts,
    async admitUpload(owner) {
      await recountIfReached(owner);
      // From here to the count there is no wait. Otherwise other requests could pass the same check meanwhile.
      requireQuota(unfinished, limits.activeJobs, owner, ADVICE.upload);
      const release = uploads.acquire(owner);
      return createPlace(unfinished, owner, release, () => unfinished);
    },
    async admitRetry(owner) {
      await recountIfReached(owner);
      requireQuota(unfinished, limits.activeJobs, owner, ADVICE.retry);
      return createPlace(
        unfinished,
        owner,
        () => undefined,
        () => unfinished,
      );
    },
  };
}

function requireQuota(counts: OwnerCounts, quota: Quota, owner: string, advice: Advice): void {
  const exceeded = exceededQuota(counts, quota, owner);
  if (exceeded === 'owner') {
    const detail = `you have ${quota.perUser} unfinished jobs; ${advice.owner}`;
    throw overloaded('too_many_requests', detail, 30);
  }
  if (exceeded === 'all') throw overloaded('unavailable', `too many jobs are waiting; ${advice.all}`, 60);
}

/** Counts one more unfinished job, until the place is disposed of without having been kept. */
function createPlace(
  counts: OwnerCounts,
  owner: string,
  release: () => void,
  newest: () => OwnerCounts,
): Place {
  let isKept = false;
  adjustCount(counts, owner, 1);
  return {
    keep() {
      isKept = true;
    },
    [Symbol.dispose]() {
      release();
      // A count of the store that is newer does not include this job.
      if (!isKept && counts === newest()) adjustCount(counts, owner, -1);
    },
  };
}
