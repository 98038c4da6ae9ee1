import { AppError, type ErrorCode } from '../shared/errors.ts';
import { createGate, type GateLimits } from './gate.ts';
import type { Unfinished } from './unfinished.ts';

/** At the bound, jobs are counted again at most this often. */
const RECOUNT_MS = 2_000;

export interface AdmissionLimits {
  uploads: GateLimits;
  unfinished: GateLimits;
}

/** Bounds what is taken on: uploads at a time, and the jobs that they have become. */
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
  const uploads = createGate(limits.uploads, 'uploads');
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
    unfinished.all >= limits.unfinished.all || (unfinished.of.get(owner) ?? 0) >= limits.unfinished.perUser;

  async function countAgain(): Promise<void> {
    counting ??= recount()
      .then(counted)
      .finally(() => {
        counting = undefined;
      });
    await counting;
  }

  function checkRoom(owner: string): void {
    const { all, perUser } = limits.unfinished;
    if ((unfinished.of.get(owner) ?? 0) >= perUser) {
      throw refusal('too_many_requests', `you have ${perUser} unfinished jobs; wait until some are done`, 30);
    }
    if (unfinished.all >= all) throw refusal('unavailable', 'too many jobs are waiting; try again later', 60);
  }

  return {
    counted,

    async run(owner, upload) {
      if (isFull(owner) && performance.now() - countedAt >= RECOUNT_MS) await countAgain();
      // No wait from here to the count: others would be checked meanwhile.
      checkRoom(owner);
      const leave = uploads.enter(owner);
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
        leave();
      }
    },
  };
}

const refusal = (code: ErrorCode, detail: string, seconds: number) =>
  new AppError(code, detail, { headers: { 'Retry-After': String(seconds) } });
