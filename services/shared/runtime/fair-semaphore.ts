/** Who asks for a permit. */
export interface Claimant {
  /** Callers with the same key share one turn, such as all requests from one address. */
  key: string;
  /** The lowest number is served first. Callers with the same number take turns by their keys. */
  rank: number;
  /** Whether the caller may hold one of the reserved permits. */
  isTrusted: boolean;
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
  /** The permits among them that only trusted callers may hold. */
  reserved: number;
  maxWaiting: number;
  maxWaitMs: number;
  /** Makes the error for a caller who finds no place in the queue, who loses it, or who has waited for `maxWaitMs`. */
  full: () => Error;
}

/** So many keys are remembered in a long flood. Beyond that, every key counts as not served yet. */
const MAX_KEYS = 10_000;

interface Waiter extends Claimant {
  begin(): void;
  leave(reason: unknown): void;
}

/**
 * Creates a semaphore with a fair queue. A waiting caller gets a permit by rank, and among equals by the key that was served the
 * longest ago. In a full queue, the newest caller of the key with the most waiting callers of the highest rank gives its place to
 * a caller that is better off (the longest queue drop of stochastic fair queueing).
 */
export function createFairSemaphore(options: FairSemaphoreOptions): FairSemaphore {
  const { permits, reserved, maxWaiting, maxWaitMs, full } = options;
  let free = permits;
  const waiting = new Set<Waiter>();
  /** The turn in which a key was served last. Only keys that are waiting are looked up. */
  const served = new Map<string, number>();
  let turn = 0;

  const mayBegin = ({ isTrusted }: Claimant): boolean => free > (isTrusted ? 0 : reserved);

  function take({ key }: Claimant): void {
    free--;
    if (served.size >= MAX_KEYS) served.clear();
    served.set(key, ++turn);
  }

  function giveBack(): void {
    free++;
    const next = firstOf([...waiting].filter(mayBegin), served);
    if (next) {
      take(next);
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
    const waiter: Waiter = { ...claimant, begin: resolve, leave };
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
  const servedAt = ({ key }: Claimant): number => served.get(key) ?? 0;
  let first: Waiter | undefined;
  for (const waiter of waiting) {
    const isBefore =
      !first ||
      waiter.rank < first.rank ||
      (waiter.rank === first.rank && servedAt(waiter) < servedAt(first));
    if (isBefore) first = waiter;
  }
  return first;
}

/** Returns who gives a place to the newcomer: the newest of those that are worst off. Undefined where the newcomer itself is. */
function worstOff(waiting: readonly Waiter[], newcomer: Claimant): Waiter | undefined {
  const counts = new Map<string, number>([[newcomer.key, 1]]);
  for (const { key } of waiting) counts.set(key, (counts.get(key) ?? 0) + 1);
  const countOf = ({ key }: Claimant): number => counts.get(key) ?? 0;
  let worst: Waiter | undefined;
  let bar: Claimant = newcomer;
  for (const waiter of waiting) {
    const isEqual = waiter.rank === bar.rank && countOf(waiter) === countOf(bar);
    const isWorse = waiter.rank > bar.rank || (waiter.rank === bar.rank && countOf(waiter) > countOf(bar));
    if (!isWorse && !(isEqual && worst)) continue;
    worst = waiter;
    bar = waiter;
  }
  return worst;
}
