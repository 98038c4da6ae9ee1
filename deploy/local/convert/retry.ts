import { backoff, type Clock } from './clock.ts';
import { BrokenOff, isProblem, NotOurs, Problem } from './failure.ts';

/** Milliseconds of waiting, in all: the pods of a cluster take half a minute to be replaced, and a user's place is shared. */
export const PATIENCE_MS = 5 * 60_000;
/** While somebody waits for the first answer, which will not come from a wrong address. */
const DEFAULT_PATIENCE_MS = 60_000;
/** A server that asks for more than this is not worth waiting for. */
const MAX_WAIT_SECONDS = 60;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Other errors after which trying again may help. */
  also?: (error: unknown) => boolean;
  onWait?: (error: unknown, seconds: number) => void;
  /** Milliseconds of waiting in all. */
  patienceMs?: number;
}

/** Does what may be repeated again while the gateway is busy or away for a moment, at the time that it asked for. */
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
  /** Milliseconds to wait before the next attempt. Throws the error itself when there should be none. */
  after(error: unknown): number;
  /** An attempt has got further than those before. */
  restore(): void;
}

export function createPatience(patienceMs: number, also?: (error: unknown) => boolean): Patience {
  let failures = 0;
  let waited = 0;
  return {
    after(error) {
      failures += 1;
      const milliseconds = pauseAfter(error, failures) ?? (also?.(error) ? backoff(failures) : undefined);
      if (milliseconds === undefined || waited + milliseconds > patienceMs) throw error;
      waited += milliseconds;
      return milliseconds;
    },
    restore() {
      failures = waited = 0;
    },
  };
}

const BUSY = [429, 503];

/** Milliseconds; undefined when the error does not tell that it will pass. */
function pauseAfter(error: unknown, failures: number): number | undefined {
  if (error instanceof BrokenOff) return backoff(failures);
  const isBusy = error instanceof Problem && BUSY.includes(error.status);
  if (!isBusy && !isProblem(error, 'upload_in_progress') && !(error instanceof NotOurs)) return undefined;
  const { retryAfter } = error;
  // At once, a few times in a row, would be no wait at all.
  if (retryAfter === undefined || retryAfter === 0) return backoff(failures);
  return retryAfter > MAX_WAIT_SECONDS ? undefined : retryAfter * 1000;
}

/** Seconds from a `Retry-After` header, which is a number of them or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
