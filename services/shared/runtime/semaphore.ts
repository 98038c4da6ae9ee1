/** Lets at most `count` holders in at a time; the others wait in the order in which they came. */
export interface Semaphore {
  /** Rejects with the signal's reason, or with `full()` where no more may wait, and has nothing to release then. */
  acquire(signal?: AbortSignal): Promise<void>;
  release(): void;
  /** Does the work once it is its turn, and releases afterwards. Rejects as `acquire` does, without having begun the work. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface QueueBound {
  maxWaiting: number;
  /** Milliseconds. */
  maxWaitMs?: number;
  /** Makes the error for whoever comes when that many wait already, or has waited for `maxWaitMs`. */
  full: () => Error;
}

export function createSemaphore(count: number, bound?: QueueBound): Semaphore {
  let free = count;
  const waiting = new Set<() => void>();

  async function acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    if (bound && waiting.size >= bound.maxWaiting) throw bound.full();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown) => {
      waiting.delete(resolve);
      reject(reason);
    };
    const onAbort = () => leave(signal?.reason);
    const timer = bound?.maxWaitMs && setTimeout(() => leave(bound.full()), bound.maxWaitMs);
    waiting.add(resolve);
    signal?.addEventListener('abort', onAbort, { once: true });
    await promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  }

  // The place goes to the next in line, so that nobody who comes now can take it in between.
  function release(): void {
    const [next] = waiting;
    if (!next) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    acquire,
    release,
    async run(work, signal) {
      await acquire(signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
