/** Who asks for a permit. Rank and `leaves` are read whenever a permit is given, so that they may change while the caller waits. */
export interface Claimant {
  /** Callers with the same key share one turn, such as all requests from one address. */
  readonly key: string;
  /** The lowest number is served first. Callers with the same number take turns by their keys. */
  readonly rank: number;
  /** The number of permits that the caller leaves to others: it gets one only where more are free. */
  readonly leaves: number;
}

/** Lets a bounded number of callers work at a time, so that a flood from one key delays other keys by at most one turn. */
export interface FairSemaphore {
  /**
   * Does the work with a permit. Rejects with the signal's reason, or with the error of `full`, without having begun the work.
   */
  run<T>(claimant: Claimant, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface FairSemaphoreOptions {
  permits: number;
  maxWaiting: number;
  maxWaitMs: number;
  /** Makes the error for a caller who finds no place in the queue, who loses it, or who has waited for `maxWaitMs`. */
  full: () => Error;
}

/** So many keys are remembered in a long flood. Beyond that, every key counts as not served yet. */
const MAX_KEYS = 10_000;

interface Waiter {
  claimant: Claimant;
  begin(): void;
  leave(reason: unknown): void;
}

/**
 * Creates a semaphore with a fair queue. A waiting caller gets a permit by rank, and among equals by the key that was served the
 * longest ago. In a full queue, the newest caller of the key with the most waiting callers of the highest rank gives its place to
 * a caller that is better off (the longest queue drop of stochastic fair queueing).
 */
export function createFairSemaphore(options: FairSemaphoreOptions): FairSemaphore {
  const { permits, maxWaiting, maxWaitMs, full } = options;
  let free = permits;
  const waiting = new Set<Waiter>();
  /** The turn in which a key was served last. Only keys that are waiting are looked up. */
  const served = new Map<string, number>();
  let turn = 0;

  const mayBegin = ({ leaves }: Claimant): boolean => free > leaves;

  function take({ key }: Claimant): void {
    free--;
    if (served.size >= MAX_KEYS) served.clear();
    served.set(key, ++turn);
  }

  function giveBack(): void {
    free++;
    const next = firstOf(
      [...waiting].filter(({ claimant }) => mayBegin(claimant)),
      served,
    );
    if (next) {
      take(next.claimant);
      waiting.delete(next);
      next.begin();
    } else if (waiting.size === 0) served.clear();
  }

  async function acquire(claimant: Claimant, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (mayBegin(claimant)) return take(claimant);
    if (waiting.size >= maxWaiting) {
      const worst = worstOff([...waiting], claimant);
      if (!worst) throw full();
      worst.leave(full());
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown) => {
      waiting.delete(waiter);
      reject(reason);
    };
    const waiter: Waiter = { claimant, begin: resolve, leave };
    const onAbort = () => leave(signal?.reason);
    const timer = setTimeout(() => leave(full()), maxWaitMs);
    waiting.add(waiter);
    signal?.addEventListener('abort', onAbort, { once: true });
    await promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  }

  return {
    async run(claimant, work, signal) {
      await acquire(claimant, signal);
      try {
        return await work();
      } finally {
        giveBack();
      }
    },
  };
}

/** Returns who is next: by rank, and among equals by the key that was served the longest ago. */
function firstOf(waiting: readonly Waiter[], served: ReadonlyMap<string, number>): Waiter | undefined {
  let first: Waiter | undefined;
  let [bestRank, bestTurn] = [Infinity, Infinity];
  for (const waiter of waiting) {
    const { rank, key } = waiter.claimant;
    const turn = served.get(key) ?? 0;
    if (first && (rank > bestRank || (rank === bestRank && turn >= bestTurn))) continue;
    first = waiter;
    [bestRank, bestTurn] = [rank, turn];
  }
  return first;
}

/** Returns who gives a place to the newcomer: the newest of those that are worst off. Undefined where the newcomer itself is. */
function worstOff(waiting: readonly Waiter[], newcomer: Claimant): Waiter | undefined {
  const counts = new Map<string, number>([[newcomer.key, 1]]);
  for (const { claimant } of waiting) counts.set(claimant.key, (counts.get(claimant.key) ?? 0) + 1);
  let worst: Waiter | undefined;
  let [worstRank, most] = [newcomer.rank, counts.get(newcomer.key) ?? 0];
  for (const waiter of waiting) {
    const { rank, key } = waiter.claimant;
    const count = counts.get(key) ?? 0;
    const isEqual = rank === worstRank && count === most;
    const isWorse = rank > worstRank || (rank === worstRank && count > most);
    if (!isWorse && !(isEqual && worst)) continue;
    worst = waiter;
    [worstRank, most] = [rank, count];
  }
  return worst;
}
