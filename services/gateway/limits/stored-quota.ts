import type { Owner } from './owner.ts';
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

/** A place in a quota. Disposing of it releases the place, unless it was kept. */
export interface Place extends Disposable {
  /** The request has stored what it was admitted for. It counts until `updateCounts` replaces the counts. */
  keep(): void;
}

/** Limits how much of one kind the store may hold, for all users and for each user. */
export interface StoredQuota {
  /** Throws `too_many_requests` when the user has too much, and `unavailable` when all users or all guests together have. */
  admit(owner: Owner, refusals: Refusals): Promise<Place>;
  /** Replaces the counts by newer ones. Later admissions are added to these. */
  updateCounts(counts: OwnerCounts): void;
  /** The counts as they are known now. */
  readonly counts: OwnerCounts;
}

/** The texts of the errors, when the user's own quota, that of all guests or that of all users is reached. */
export interface Refusals {
  owner: string;
  guests?: string;
  all: string;
}

/** @param recount counts what is stored, and throws `unavailable` */
export function createStoredQuota(quota: Quota, recount: () => Promise<OwnerCounts>): StoredQuota {
  let counts = emptyCounts();
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  function updateCounts(newer: OwnerCounts): void {
    counts = newer;
    countedAt = performance.now();
  }

  async function recountIfReached(owner: Owner): Promise<void> {
    const isReached = exceededQuota(counts, quota, owner) !== undefined;
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
    get counts() {
      return counts;
    },
    async admit(owner, refusals) {
      await recountIfReached(owner);
      // There is no `await` between this check and the count. Otherwise other requests could pass the same check meanwhile.
      const exceeded = exceededQuota(counts, quota, owner);
      if (exceeded === 'owner') throw overloaded('too_many_requests', refusals.owner, 30);
      if (exceeded === 'guests') throw overloaded('unavailable', refusals.guests ?? refusals.all, 60);
      if (exceeded === 'all') throw overloaded('unavailable', refusals.all, 60);
      return createPlace(counts, owner, () => counts);
    },
  };
}

/** Counts one more, until the place is disposed of without having been kept. */
function createPlace(counts: OwnerCounts, owner: Owner, newest: () => OwnerCounts): Place {
  let isKept = false;
  adjustCount(counts, owner, 1);
  return {
    keep() {
      isKept = true;
    },
    [Symbol.dispose]() {
      // Counts that have replaced these since do not include this one.
      if (!isKept && counts === newest()) adjustCount(counts, owner, -1);
    },
  };
}
