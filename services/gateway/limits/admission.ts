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

/** A place that a request holds. Disposing of it releases the place. A job that was kept still counts as unfinished. */
export interface Place extends Disposable {
  /** The request has made an unfinished job. It counts until `updateCounts` replaces the counts. */
  keep(): void;
}

/** Limits the work that the gateway accepts: concurrent uploads, and unfinished jobs. */
export interface Admission {
  /** Throws `too_many_requests` when the user has too much under way, and `unavailable` when all users together have. */
  admitUpload(owner: string): Promise<Place>;
  /** Admits a repeated upload, which makes no job. It takes a place among the uploads while it is read. Throws as `admitUpload` does. */
  admitRepeatedUpload(owner: string): Disposable;
  /** Admits a retry. It makes an unfinished job and takes no place among the uploads. Throws as `admitUpload` does. */
  admitRetry(owner: string): Promise<Place>;
  /** Replaces the counts of unfinished jobs by newer ones. Later admissions are added to these. */
  updateCounts(unfinished: OwnerCounts): void;
}

/** What a client should do when the user's own quota or that of all users is reached. */
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
      // There is no `await` between this check and the count. Otherwise other requests could pass the same check meanwhile.
      requireQuota(unfinished, limits.activeJobs, owner, ADVICE.upload);
      const release = uploads.acquire(owner);
      return createPlace(unfinished, owner, release, () => unfinished);
    },
    admitRepeatedUpload: (owner) => ({ [Symbol.dispose]: uploads.acquire(owner) }),
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
      // Counts that have replaced these since do not include this job.
      if (!isKept && counts === newest()) adjustCount(counts, owner, -1);
    },
  };
}
