import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from './errors.ts';

export interface RetryPolicy {
  /** How long a service that is away is asked again. */
  forMs: number;
  pauseMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Does again what is `unavailable`, until it is done: for what is too dear to lose to an outage of seconds, and harmless
 * when an earlier call did arrive after all. Throws the last failure.
 */
export async function retryWhileUnavailable<T>(
  act: () => Promise<T>,
  { forMs, pauseMs = 500, signal }: RetryPolicy,
): Promise<T> {
  const end = performance.now() + forMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isAppError(error, 'unavailable') || performance.now() + pauseMs > end || signal?.aborted)
        throw error;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
