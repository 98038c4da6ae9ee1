/** Lets at most `count` holders in at a time. The others wait in the order of their calls. */
export interface Semaphore {
  /** The number of permits that nobody holds. */
  readonly permits: number;
  /**
   * Waits for a permit. Rejects with the signal's reason, or with the error of `full` where no more callers may wait. A
   * caller whose call is rejected has no permit to release.
   */
  acquire(signal?: AbortSignal): Promise<void>;
  /** Returns a permit. The caller must hold it. */
  release(): void;
  /** Does the work with a permit, and releases it afterwards. Rejects as `acquire` does, without having begun the work. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface QueueBound {
  maxWaiting: number;
  /** Milliseconds. */
  maxWaitMs?: number;
  /** Makes the error for a caller who finds the queue full, or who has waited for `maxWaitMs`. */
  full: () => Error;
}

/** Creates a semaphore with `count` permits. Without `bound`, any number of callers may wait, for any time. */
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

  // A permit goes to the first in the queue, and is not free in between: a new caller cannot take it.
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
    get permits() {
      return free;
    },
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
