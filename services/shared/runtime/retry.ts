import { backoffMs } from './backoff.ts';
import { delay } from './delay.ts';
import { isAppError } from './errors.ts';

/**
 * When attempts end, and how long the pauses between them are. This is our own code and not a library such as p-retry,
 * because a caller who is stopped has to get the last failure, which says more than the reason of the stop.
 */
export interface RetryPolicy {
  /** Milliseconds. No attempt begins later than this after the first one. Without a bound by default. */
  forMs?: number;
  /** The number of attempts in all. Without a bound by default. */
  maxAttempts?: number;
  /** Milliseconds before the second attempt. */
  pauseMs?: number;
  /**
   * Each pause is twice as long as the one before, up to this many milliseconds. All pauses have the same length by
   * default.
   */
  maxPauseMs?: number;
  /** Spreads each pause at random between half and one and a half of its length, so that competitors do not meet again. */
  hasJitter?: boolean;
  /** An abort ends the pause. The attempt that follows is the last. */
  signal?: AbortSignal | undefined;
}

export interface RetryOptions extends RetryPolicy {
  isRetryable: (error: unknown) => boolean;
  /** Is called before each pause. */
  onRetry?: (error: unknown, pauseMs: number) => void;
}

const DEFAULT_PAUSE_MS = 500;

/** Calls `act` until it succeeds. Throws its last failure. */
export async function retry<T>(act: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { forMs = Infinity, maxAttempts = Infinity, signal, isRetryable, onRetry } = options;
  const end = performance.now() + forMs;
  for (let attempts = 1; ; attempts++) {
    try {
      return await act();
    } catch (error) {
      const pauseMs = pauseAfter(attempts, options);
      const isLast = attempts >= maxAttempts || performance.now() + pauseMs > end || signal?.aborted;
      if (isLast || !isRetryable(error)) throw error;
      onRetry?.(error, pauseMs);
      await delay(pauseMs, signal).catch(() => undefined);
    }
  }
}

/**
 * Calls `act` again while it throws `unavailable`. Throws its last failure. It is meant for idempotent saves that are too
 * valuable to be lost in a short outage.
 */
export const retryWhileUnavailable = <T>(act: () => Promise<T>, policy: RetryPolicy): Promise<T> =>
  retry(act, { ...policy, isRetryable: (error) => isAppError(error, 'unavailable') });

function pauseAfter(attempts: number, policy: RetryPolicy): number {
  const { pauseMs = DEFAULT_PAUSE_MS, maxPauseMs = pauseMs, hasJitter = false } = policy;
  const ms = backoffMs(attempts, { firstMs: pauseMs, maxMs: maxPauseMs });
  return hasJitter ? ms * (0.5 + Math.random()) : ms;
}
