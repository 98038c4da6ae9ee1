import { createConcurrencyLimit } from './concurrency-limit.ts';
import type { Owner } from './owner.ts';
import { type OwnerCounts, perOwner, type Quota } from './quota.ts';
import { createStoredQuota, type Place } from './stored-quota.ts';

export type { Place } from './stored-quota.ts';

export interface AdmissionLimits {
  uploads: Quota;
  activeJobs: Quota;
}

/** Limits the work that the gateway accepts: concurrent uploads, and unfinished jobs. */
export interface Admission {
  /**
   * Admits an upload that makes a job. Throws `too_many_requests` when the user has too much under way, and `unavailable` when all
   * users or all guests together have.
   */
  admitUpload(owner: Owner): Promise<Place>;
  /** Admits bytes that make no further job. They take a place among the uploads while they are read. Throws as `admitUpload` does. */
  admitBytes(owner: Owner): Disposable;
  /** Admits a resumable upload without its bytes. It counts as the unfinished job that it becomes. Throws as `admitUpload` does. */
  admitResumable(owner: Owner): Promise<Place>;
  /** Admits a retry. It makes an unfinished job and takes no place among the uploads. Throws as `admitUpload` does. */
  admitRetry(owner: Owner): Promise<Place>;
  /** Replaces the counts of unfinished jobs by newer ones. Later admissions are added to these. */
  updateCounts(unfinished: OwnerCounts): void;
}

/** What a client should do when the user's own quota or that of all users is reached. */
interface Advice {
  owner: string;
  guests: string;
  all: string;
}

const ADVICE = {
  upload: {
    owner: 'wait until some are done',
    guests: 'register, or try again later',
    all: 'try again later',
  },
  retry: {
    owner: 'retry this one when some are done',
    guests: 'register, or retry this one later',
    all: 'retry this one later',
  },
} satisfies Record<string, Advice>;

/** @param recount counts the unfinished jobs in the store */
export function createAdmission(limits: AdmissionLimits, recount: () => Promise<OwnerCounts>): Admission {
  const uploads = createConcurrencyLimit(limits.uploads, 'uploads');
  const unfinished = createStoredQuota(limits.activeJobs, recount);
  const admitJob = (owner: Owner, advice: Advice): Promise<Place> =>
    unfinished.admit(owner, {
      owner: `you have ${perOwner(limits.activeJobs, owner.group)} unfinished jobs; ${advice.owner}`,
      guests: `too many jobs of guests are waiting; ${advice.guests}`,
      all: `too many jobs are waiting; ${advice.all}`,
    });

  return {
    updateCounts: unfinished.updateCounts,
    async admitUpload(owner) {
      using places = new DisposableStack();
      const job = places.use(await admitJob(owner, ADVICE.upload));
      places.defer(uploads.acquire(owner));
      const held = places.move();
      return { keep: () => job.keep(), [Symbol.dispose]: () => held.dispose() };
    },
    admitBytes: (owner) => ({ [Symbol.dispose]: uploads.acquire(owner) }),
    admitResumable: (owner) => admitJob(owner, ADVICE.upload),
    admitRetry: (owner) => admitJob(owner, ADVICE.retry),
  };
}
