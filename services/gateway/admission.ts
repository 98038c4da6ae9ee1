import { AppError } from '../shared/errors.ts';
import type { Unfinished } from './unfinished.ts';

/** At the bound, jobs are counted again at most this often. */
const RECOUNT_MS = 2_000;

export interface AdmissionLimits {
  /** Of this process at a time. */
  uploads: number;
  uploadsPerUser: number;
  unfinished: number;
  unfinishedPerUser: number;
}

/** Bounds what is taken on, so that overload is an answer that says when to come back, and never a process out of memory. */
export interface Admission {
  /** Runs one upload. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  run<T>(owner: string, upload: () => Promise<T>): Promise<T>;
  /** The newest count of what is unfinished; what was begun since then is added to it. */
  counted(unfinished: Unfinished): void;
}

export function createAdmission(limits: AdmissionLimits, recount: () => Promise<Unfinished>): Admission {
  let unfinished: Unfinished = { all: 0, of: new Map() };
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;
  let uploads = 0;
  const uploadsOf = new Map<string, number>();
  const add = (counts: Map<string, number>, owner: string, by: number) => {
    const sum = (counts.get(owner) ?? 0) + by;
    if (sum > 0) counts.set(owner, sum);
    else counts.delete(owner);
  };

  function counted(count: Unfinished): void {
    unfinished = count;
    countedAt = performance.now();
  }

  const isFull = (owner: string) =>
    unfinished.all >= limits.unfinished || (unfinished.of.get(owner) ?? 0) >= limits.unfinishedPerUser;

  async function countAgain(): Promise<void> {
    counting ??= recount()
      .then(counted)
      .finally(() => {
        counting = undefined;
      });
    await counting;
  }

  function checkRoom(owner: string): void {
    if ((unfinished.of.get(owner) ?? 0) >= limits.unfinishedPerUser) {
      throw tooMany(`you have ${limits.unfinishedPerUser} unfinished jobs; wait until some are done`, 30);
    }
    if (unfinished.all >= limits.unfinished) throw busy('too many jobs are waiting; try again later', 60);
    if ((uploadsOf.get(owner) ?? 0) >= limits.uploadsPerUser) {
      throw tooMany(`you may send ${limits.uploadsPerUser} files at a time`, 2);
    }
    if (uploads >= limits.uploads) throw busy('too many uploads are under way; try again shortly', 2);
  }

  return {
    counted,

    async run(owner, upload) {
      if (isFull(owner) && performance.now() - countedAt >= RECOUNT_MS) await countAgain();
      // No wait from here to the count: others would be checked meanwhile.
      checkRoom(owner);
      uploads++;
      add(uploadsOf, owner, 1);
      unfinished.all++;
      add(unfinished.of, owner, 1);
      const count = unfinished;
      try {
        return await upload();
      } catch (error) {
        // A count that is newer knows nothing of this one.
        if (count === unfinished) {
          unfinished.all--;
          add(unfinished.of, owner, -1);
        }
        throw error;
      } finally {
        uploads--;
        add(uploadsOf, owner, -1);
      }
    },
  };
}

const tooMany = (detail: string, seconds: number) =>
  new AppError('too_many_requests', detail, { headers: { 'Retry-After': String(seconds) } });

const busy = (detail: string, seconds: number) =>
  new AppError('unavailable', detail, { headers: { 'Retry-After': String(seconds) } });
