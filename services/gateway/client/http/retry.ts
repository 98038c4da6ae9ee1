import { backoffMs } from '../../../shared/runtime/backoff.ts';
import type { Clock } from './clock.ts';
import { ConnectionLostError, ForeignResponseError, ProblemError } from './errors.ts';
import { retryAfterOf } from './retry-after.ts';

/**
 * Total wait in milliseconds for a request in the middle of a conversion. A cluster takes half a minute to replace its pods,
 * and a 429 lasts until another upload or download of the same user has ended.
 */
export const LONG_WAIT_MS = 5 * 60_000;
/** Total wait in milliseconds for the first requests. It is shorter, because they also fail when the address is wrong. */
const DEFAULT_WAIT_MS = 60_000;
/** Where `Retry-After` is longer than this, the error is reported at once and the request is not repeated. */
const MAX_RETRY_AFTER_SECONDS = 60;
const FIRST_DELAY_MS = 500;
const DEFAULT_MAX_DELAY_MS = 10_000;

export interface RetryPolicy {
  /** Total wait in milliseconds. Default: one minute. */
  maxWaitMs?: number;
  /** The longest wait in milliseconds before one attempt, unless the server asks for more. Default: ten seconds. */
  maxDelayMs?: number;
  /** Further errors after which another attempt may succeed. */
  alsoTransient?: (error: unknown) => boolean;
}

export interface RetryOptions extends RetryPolicy {
  clock: Clock;
  signal: AbortSignal;
  /** Called before each wait, with its length. */
  onRetry?: ((error: unknown, seconds: number) => void) | undefined;
}

/** Repeats an idempotent request while the gateway is busy or unavailable. Waits at least as long as `Retry-After` says. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, onRetry } = options;
  const schedule = createRetrySchedule(options);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      const milliseconds = schedule.delayAfter(error);
      onRetry?.(error, milliseconds / 1000);
      await clock.sleep(milliseconds, signal);
    }
  }
}

export interface RetrySchedule {
  /** Milliseconds to wait before the next attempt. Throws the error itself when there should be no further attempt. */
  delayAfter(error: unknown): number;
  /** Counts from zero again, after an attempt that made progress. */
  reset(): void;
}

/** Exponential backoff: 0.5 s, doubling to the longest wait. */
export function createRetrySchedule({
  maxWaitMs = DEFAULT_WAIT_MS,
  maxDelayMs = DEFAULT_MAX_DELAY_MS,
  alsoTransient,
}: RetryPolicy): RetrySchedule {
  let failures = 0;
  let waited = 0;
  return {
    delayAfter(error) {
      const seconds = retryAfterOf(error);
      // This comes first, because no other rule may lead to an attempt sooner than the server asked for.
      if (seconds > MAX_RETRY_AFTER_SECONDS) throw error;
      if (!isTransient(error) && !alsoTransient?.(error)) throw error;
      failures += 1;
      // `Retry-After: 0` would use up all attempts at once, so it counts as absent.
      const milliseconds =
        seconds > 0 ? seconds * 1000 : backoffMs(failures, { firstMs: FIRST_DELAY_MS, maxMs: maxDelayMs });
      if (waited + milliseconds > maxWaitMs) throw error;
      waited += milliseconds;
      return milliseconds;
    },
    reset() {
      failures = waited = 0;
    },
  };
}

const BUSY = [429, 503];
/** Errors of an upload that may be gone the next time. A line that was too slow may have recovered. */
const PASSING = ['upload_in_progress', 'too_slow'];

function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionLostError || error instanceof ForeignResponseError) return true;
  return error instanceof ProblemError && (BUSY.includes(error.status) || PASSING.includes(error.code));
}
