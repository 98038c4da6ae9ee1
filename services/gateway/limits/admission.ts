import { createGate } from './concurrency-limit.ts';
import { add, type Bounds, boundReached, comeAgain, emptyTally, type Tally } from './quota.ts';

/** At the bound, jobs are counted again at most this often. */
const RECOUNT_MS = 2_000;

export interface AdmissionLimits {
  uploads: Bounds;
  unfinished: Bounds;
}

/** Bounds what is taken on: uploads at a time, and the jobs that they have become. */
export interface Admission {
  /** Runs one upload. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  run<T>(owner: string, upload: () => Promise<T>): Promise<T>;
  /** Runs a retry: it makes an unfinished job, and needs no place among the uploads. Throws as `run` does. */
  retry<T>(owner: string, work: () => Promise<T>): Promise<T>;
  /** The newest count of what is unfinished; what was begun since then is added to it. */
  counted(unfinished: Tally): void;
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

export function createAdmission(limits: AdmissionLimits, recount: () => Promise<Tally>): Admission {
  const uploads = createGate(limits.uploads, 'uploads');
  let unfinished = emptyTally();
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  function counted(count: Tally): void {
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

  const reached = (owner: string) => boundReached(unfinished, limits.unfinished, owner);

  function checkRoom(owner: string, advice: Advice): void {
    const bound = reached(owner);
    if (bound === 'owner') {
      const most = limits.unfinished.perUser;
      throw comeAgain('too_many_requests', `you have ${most} unfinished jobs; ${advice.owner}`, 30);
    }
    if (bound === 'all') throw comeAgain('unavailable', `too many jobs are waiting; ${advice.all}`, 60);
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
    add(count, owner, 1);
    try {
      return await work();
    } catch (error) {
      // A count that is newer knows nothing of this one.
      if (count === unfinished) add(count, owner, -1);
      throw error;
    } finally {
      leave();
    }
  }

  return {
    counted,
    run: (owner, upload) => admit(owner, ADVICE.upload, () => uploads.enter(owner), upload),
    retry: (owner, work) => admit(owner, ADVICE.retry, () => () => undefined, work),
  };
}
