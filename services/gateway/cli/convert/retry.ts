import { backoff, type Clock } from './clock.ts';
import { BrokenOff, NotOurs, Problem } from './failure.ts';

/**
 * Milliseconds of waiting in all. A cluster takes half a minute to replace its pods, and a 429 lasts until another upload
 * or download of the same user has ended.
 */
export const PATIENCE_MS = 5 * 60_000;
/** Shorter for the first requests of a run: they also fail when the address of the gateway is wrong. */
const DEFAULT_PATIENCE_MS = 60_000;
/** Where `Retry-After` is longer than this, the error is reported at once and there is no further attempt. */
const MAX_WAIT_SECONDS = 60;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Further errors after which another attempt may succeed. */
  also?: (error: unknown) => boolean;
  onWait?: (error: unknown, seconds: number) => void;
  /** Milliseconds of waiting in all. */
  patienceMs?: number;
}

/** Repeats an idempotent request while the gateway is busy or unavailable. Waits at least as long as `Retry-After` says. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, also, onWait, patienceMs = DEFAULT_PATIENCE_MS } = options;
  const patience = createPatience(patienceMs, also);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      const milliseconds = patience.after(error);
      onWait?.(error, milliseconds / 1000);
      await clock.sleep(milliseconds, signal);
    }
  }
}

export interface Patience {
  /** Milliseconds to wait before the next attempt. Throws the error itself when there should be no further attempt. */
  after(error: unknown): number;
  /** Counts from zero again, after an attempt that made progress. */
  restore(): void;
}

export function createPatience(
  patienceMs: number,
  also: (error: unknown) => boolean = () => false,
): Patience {
  let failures = 0;
  let waited = 0;
  return {
    after(error) {
      failures += 1;
      const milliseconds = pauseAfter(error, failures, also);
      if (milliseconds === undefined || waited + milliseconds > patienceMs) throw error;
      waited += milliseconds;
      return milliseconds;
    },
    restore() {
      failures = waited = 0;
    },
  };
}

/** Milliseconds until the next attempt; undefined when there should be none. */
function pauseAfter(error: unknown, failures: number, also: (error: unknown) => boolean): number | undefined {
  const seconds = retryAfterOf(error);
  // Checked before anything else: no other rule may lead to an attempt sooner than the server asked for.
  if (seconds > MAX_WAIT_SECONDS) return undefined;
  if (!isTemporary(error) && !also(error)) return undefined;
  // `Retry-After: 0` would use up all attempts at once.
  return seconds > 0 ? seconds * 1000 : backoff(failures);
}

const BUSY = [429, 503];

function isTemporary(error: unknown): boolean {
  if (error instanceof BrokenOff || error instanceof NotOurs) return true;
  return error instanceof Problem && (BUSY.includes(error.status) || error.code === 'upload_in_progress');
}

/** Seconds that the answer asked to wait, 0 where it did not. */
export const retryAfterOf = (error: unknown): number =>
  error instanceof Problem || error instanceof NotOurs ? (error.retryAfter ?? 0) : 0;

/** Seconds from a `Retry-After` header, which holds a number of seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
