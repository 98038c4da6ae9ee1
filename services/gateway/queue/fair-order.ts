import { chargedSeconds, type Work } from '../../shared/jobs/work.ts';

/** What the place of a job depends on. */
export interface Placed extends Work {
  id: string;
  owner: string;
  /** What the job is charged to: its owner, or all guests together. */
  account: string;
  /** ISO 8601. Of a queued job, it is when the job was queued. */
  updatedAt: string;
}

/** Queued jobs in the order in which the converters will take them, as far as can be told from the store. */
export interface FairOrder<Job> {
  jobs: readonly Job[];
  /** From 1, also for a job that was queued after the jobs were read. */
  positionOf(job: Placed): number;
}

/**
 * The converters take the job of the account that was charged least, and of its jobs the one that waits longest. So each job stands
 * where its account will have been charged for the jobs before it: those that are converted now, and its own queued ones. What was
 * converted earlier is known to the converters alone. It shifts a job by about one place of each account. All gateways find the same
 * order.
 */
export function createFairOrder<Job extends Placed>(
  queued: readonly Job[],
  converting: readonly Placed[],
): FairOrder<Job> {
  const { turns, charges } = takeTurns(queued, converting, [({ account }) => account, ({ owner }) => owner]);
  const positions = new Map(turns.map(({ job }, index) => [job.id, index + 1]));
  return {
    jobs: turns.map(({ job }) => job),
    positionOf(job) {
      const turn: Turn<Placed> = { job, charge: charges.get(job.account) ?? 0 };
      return positions.get(job.id) ?? countBefore(turns, turn) + 1;
    },
  };
}

interface Turn<Job> {
  job: Job;
  /** Seconds for which its account will have been charged when its turn comes. */
  charge: number;
}

interface Turns<Job> {
  turns: Turn<Job>[];
  /** Seconds for which each account will have been charged after all of its jobs. */
  charges: Map<string, number>;
}

type Group = (job: Placed) => string;

/** Lets the groups take turns. Within each group, those of the next kind do, and at last the oldest job comes first. */
function takeTurns<Job extends Placed>(
  queued: readonly Job[],
  converting: readonly Placed[],
  [groupOf, ...rest]: readonly Group[],
): Turns<Job> {
  const charges = new Map<string, number>();
  if (!groupOf) return { turns: queued.toSorted(compareAge).map((job) => ({ job, charge: 0 })), charges };
  const charge = (job: Placed): number => {
    const before = charges.get(groupOf(job)) ?? 0;
    charges.set(groupOf(job), before + chargedSeconds(job, () => null));
    return before;
  };
  for (const job of converting) charge(job);
  const inWork = Map.groupBy(converting, groupOf);
  const turns = [...Map.groupBy(queued, groupOf)].flatMap(([group, jobs]) =>
    takeTurns(jobs, inWork.get(group) ?? [], rest).turns.map(({ job }) => ({ job, charge: charge(job) })),
  );
  return { turns: turns.sort(compareTurns), charges };
}

const compareTurns = (a: Turn<Placed>, b: Turn<Placed>): number =>
  a.charge - b.charge || compareAge(a.job, b.job);

/** ISO 8601 times of the same form sort as texts do. */
function compareAge(a: Placed, b: Placed): number {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** The number of turns before this one in a sorted list. */
function countBefore(sorted: readonly Turn<Placed>[], turn: Turn<Placed>): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle];
    if (at && compareTurns(at, turn) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
