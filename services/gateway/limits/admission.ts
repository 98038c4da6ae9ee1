import { createConcurrencyLimit } from './concurrency-limit.ts';
import {
  adjustCount,
  emptyCounts,
  exceededQuota,
  type OwnerCounts,
  overloaded,
  type Quota,
} from './quota.ts';

/** At the bound, jobs are counted again at most this often. */
const RECOUNT_MS = 2_000;

export interface AdmissionLimits {
  uploads: Quota;
  unfinished: Quota;
}

/** Bounds what is taken on: uploads at a time, and the jobs that they have become. */
export interface Admission {
  /** Runs one upload. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  run<T>(owner: string, upload: () => Promise<T>): Promise<T>;
  /** Runs a retry: it makes an unfinished job, and needs no place among the uploads. Throws as `run` does. */
  retry<T>(owner: string, work: () => Promise<T>): Promise<T>;
  /** The newest count of what is unfinished; what was begun since then is added to it. */
  counted(unfinished: OwnerCounts): void;
}

/** What a client is told to do about a bound that is reached: the user's own, or that of all users. */
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

  function counted(count: OwnerCounts): void {
    unfinished = count;
    countedAt = performance.now();
  }

  async function countAgain(): Promise<void> {
    counting ??= recount()
      .then(counted)
      .finally(() => {
        counting = undefined;
      });
    await counting;
  }

  const reached = (owner: string) => exceededQuota(unfinished, limits.unfinished, owner);

  function checkRoom(owner: string, advice: Advice): void {
    const bound = reached(owner);
    if (bound === 'owner') {
      const most = limits.unfinished.perUser;
      throw overloaded('too_many_requests', `you have ${most} unfinished jobs; ${advice.owner}`, 30);
    }
    if (bound === 'all') throw overloaded('unavailable', `too many jobs are waiting; ${advice.all}`, 60);
  }

  /** `enter` takes a place beside the count, and returns the way out of it. */
  async function admit<T>(
    owner: string,
    advice: Advice,
    enter: () => () => void,
    work: () => Promise<T>,
  ): Promise<T> {
    if (reached(owner) && performance.now() - countedAt >= RECOUNT_MS) await countAgain();
    // No wait from here to the count: others would be checked meanwhile.
    checkRoom(owner, advice);
    const leave = enter();
    const count = unfinished;
    adjustCount(count, owner, 1);
    try {
      return await work();
    } catch (error) {
      // A count that is newer knows nothing of this one.
      if (count === unfinished) adjustCount(count, owner, -1);
      throw error;
    } finally {
      leave();
    }
  }

  return {
    counted,
    run: (owner, upload) => admit(owner, ADVICE.upload, () => uploads.acquire(owner), upload),
    retry: (owner, work) => admit(owner, ADVICE.retry, () => () => undefined, work),
  };
}
