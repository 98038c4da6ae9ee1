import type { Semaphore } from '../runtime/semaphore.ts';

/** The puts of one write. After the first failure, the write has to end. */
export interface PutsInFlight {
  /** Is aborted when a put fails, with its error as the reason. */
  failedSignal: AbortSignal;
  /** Waits for a put, and notes its failure. */
  watch(put: Promise<void>): Promise<void>;
  /**
   * Begins a put as soon as there is a permit for it, and resolves when there is room for a further put. Rejects only with
   * the reason of the signal, and then the put has not begun.
   */
  add(put: () => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Resolves when no put is in flight any more, whether they failed or not. */
  settled(): Promise<void>;
}

/** `permits` are shared with other writes, and this one has at most `limit` puts in flight. */
export function createPutsInFlight(permits: Semaphore, limit: number): PutsInFlight {
  const failed = new AbortController();
  const inFlight = new Set<Promise<void>>();

  async function watch(put: Promise<void>): Promise<void> {
    try {
      await put;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  return {
    failedSignal: failed.signal,
    watch,
    async add(put, signal) {
      await permits.acquire(signal);
      const settled = watch(put())
        .catch(() => undefined)
        .finally(() => {
          permits.release();
          inFlight.delete(settled);
        });
      inFlight.add(settled);
      if (inFlight.size >= limit) await Promise.race(inFlight);
    },
    async settled() {
      await Promise.all(inFlight);
    },
  };
}
