import { createCharges } from './charges.ts';

/** A job that waits for its turn. */
export interface WaitingJob {
  id: string;
  owner: string;
  /** What it is charged to: its owner, or all guests together. */
  account: string;
  /** ISO 8601. */
  queuedAt: string;
  /** Seconds that its conversion is estimated to take, above 0. */
  seconds: number;
}

/**
 * Whose job is converted next: that of the account which was charged least so far, and of its jobs the one that waits longest.
 * Guests share one account, and have accounts of their own within it. Each converter counts the work that it did itself. As each
 * is fair, all together are, and a converter that starts knows all that it needs.
 */
export interface Turns {
  /** The job that is next, or undefined where there is none. */
  first<Job extends WaitingJob>(jobs: readonly Job[]): Job | undefined;
  /** Whether a job is next because less was charged for it. It is not enough that it waits longer. */
  isCheaper(job: WaitingJob, than: WaitingJob): boolean;
  /** Charges for a conversion that begins. The returned function is to be called once at its end. */
  begin(job: WaitingJob): () => void;
  /** Forgets what was charged. To be called when no job is converted and none waits. */
  endBusyPeriod(): void;
}

/** @param now milliseconds of a monotonic clock */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const accounts = createCharges(now);
  /** The charges of each owner within an account that several share. */
  const owners = createCharges(now);
  const isShared = ({ account, owner }: WaitingJob) => account !== owner;

  /** Below 0 where less was charged for `a`. */
  function compareCharges(a: WaitingJob, b: WaitingJob): number {
    if (a.account !== b.account) return accounts.of(a.account) - accounts.of(b.account);
    return a.owner === b.owner ? 0 : owners.of(a.owner) - owners.of(b.owner);
  }
  const compare = (a: WaitingJob, b: WaitingJob) => compareCharges(a, b) || compareAge(a, b);

  return {
    first(jobs) {
      // The account comes first, because the charges of owners in different accounts cannot be compared.
      const oldest = oldestOfEach(jobs, ({ account }) => account);
      const chosen = firstBy(oldest, compare)?.account;
      if (chosen === undefined) return undefined;
      const ofAccount = jobs.filter(({ account }) => account === chosen);
      return firstBy(
        oldestOfEach(ofAccount, ({ owner }) => owner),
        compare,
      );
    },
    isCheaper: (job, than) => compareCharges(job, than) < 0,
    begin(job) {
      const ends = [accounts.begin(job.account, job.seconds)];
      if (isShared(job)) ends.push(owners.begin(job.owner, job.seconds));
      return () => {
        for (const end of ends) end();
      };
    },
    endBusyPeriod() {
      accounts.clear();
      owners.clear();
    },
  };
}

function oldestOfEach<Job extends WaitingJob>(
  jobs: Iterable<Job>,
  groupOf: (job: Job) => string,
): Iterable<Job> {
  const oldest = new Map<string, Job>();
  for (const job of jobs) {
    const before = oldest.get(groupOf(job));
    if (!before || compareAge(job, before) < 0) oldest.set(groupOf(job), job);
  }
  return oldest.values();
}

function firstBy<Job>(jobs: Iterable<Job>, compare: (a: Job, b: Job) => number): Job | undefined {
  let first: Job | undefined;
  for (const job of jobs) if (first === undefined || compare(job, first) < 0) first = job;
  return first;
}

/** ISO 8601 times of the same form sort as texts do. */
function compareAge(a: WaitingJob, b: WaitingJob): number {
  if (a.queuedAt !== b.queuedAt) return a.queuedAt < b.queuedAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
