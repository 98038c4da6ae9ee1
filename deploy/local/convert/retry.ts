import { backoff, type Clock } from './clock.ts';
import { isProblem, Problem } from './failure.ts';

const ATTEMPTS = 5;
/** A server that asks for more than this is not worth waiting for. */
const MAX_WAIT_SECONDS = 60;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Other errors after which trying again may help. */
  also?: (error: unknown) => boolean;
  onWait?: (error: unknown, seconds: number) => void;
  /** Milliseconds of waiting in all, in the place of a number of attempts. */
  patienceMs?: number;
}

/** Does it again, a few times, when the gateway is busy or away for a moment (429, 503), at the time it asked for. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, also, onWait, patienceMs } = options;
  let waited = 0;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const milliseconds = pause(error, failures, also);
      if (signal.aborted || milliseconds === undefined) throw error;
      if (patienceMs === undefined ? failures === ATTEMPTS : waited + milliseconds > patienceMs) throw error;
      onWait?.(error, milliseconds / 1000);
      await clock.sleep(milliseconds, signal);
      waited += milliseconds;
    }
  }
}

function pause(error: unknown, failures: number, also: RetryOptions['also']): number | undefined {
  const isBusy = error instanceof Problem && (error.status === 429 || error.status === 503);
  if (isBusy || isProblem(error, 'upload_in_progress')) {
    const seconds = error.retryAfter;
    if (seconds === undefined) return backoff(failures);
    return seconds > MAX_WAIT_SECONDS ? undefined : seconds * 1000;
  }
  return also?.(error) ? backoff(failures) : undefined;
}

/** Seconds from a `Retry-After` header, which is a number of them or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
