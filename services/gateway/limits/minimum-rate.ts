import { AppError } from '../../shared/runtime/errors.ts';

/** The rate at which a client has to send a file. */
export interface MinimumRate {
  /** Bytes of the file per second. With 0, no upload is too slow. */
  bytesPerSecond: number;
  /** An upload may fall behind this rate by so many milliseconds. So its first ones are free. */
  windowMs: number;
}

/** The time between two looks at an upload that sends nothing. */
const TICK_MS = 1_000;

/**
 * Measures how far one upload is behind the minimum rate. Only the time counts in which the gateway waits for the client. While the
 * store is slow, nobody waits. Time in which this process stood still does not count either.
 */
export interface Pace extends Disposable {
  /** Settles as `next` does, and rejects with `too_slow` as soon as the upload is too far behind. Wait for one thing at a time. */
  wait<T>(next: Promise<T>): Promise<T>;
  /** Counts bytes of the file that have arrived. What else is in a form does not count. */
  count(bytes: number): void;
}

const UNLIMITED: Pace = {
  wait: (next) => next,
  count: () => undefined,
  [Symbol.dispose]: () => undefined,
};

/**
 * Dispose of it at the end of the upload.
 * @param now a monotonic clock, in milliseconds
 */
export function watchPace(rate: MinimumRate, now: () => number = () => performance.now()): Pace {
  const { bytesPerSecond, windowMs } = rate;
  if (bytesPerSecond === 0) return UNLIMITED;
  const tickMs = Math.min(TICK_MS, windowMs / 10);
  // Bytes that arrive early do not pay for a pause later, so this is never negative.
  let behindMs = 0;
  let waitsSince: number | undefined;
  // A race against one long-lived promise would keep every piece in memory.
  let rejectWait: (reason: AppError) => void = () => undefined;

  function addWait(): void {
    if (waitsSince === undefined) return;
    const current = now();
    // A longer time passes between two ticks only where this process stood still.
    behindMs += Math.min(current - waitsSince, 2 * tickMs);
    waitsSince = current;
  }

  function tick(): void {
    addWait();
    if (waitsSince !== undefined && behindMs >= windowMs) rejectWait(tooSlow(rate));
    timer = setTimeout(tick, tickMs).unref();
  }
  let timer = setTimeout(tick, tickMs).unref();

  function endWait(): void {
    addWait();
    waitsSince = undefined;
  }

  return {
    wait(next) {
      return new Promise((resolve, reject) => {
        rejectWait = reject;
        waitsSince = now();
        next.finally(endWait).then(resolve, reject);
        // Pieces without a byte of the file may arrive so fast that no tick ever meets a wait.
        if (behindMs >= windowMs) reject(tooSlow(rate));
      });
    },
    count(bytes) {
      behindMs = Math.max(0, behindMs - (bytes * 1000) / bytesPerSecond);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

const tooSlow = ({ bytesPerSecond, windowMs }: MinimumRate): AppError =>
  new AppError(
    'too_slow',
    `the file arrives too slowly: ${windowMs / 1000} s behind the minimum of ${bytesPerSecond} bytes per second. ` +
      'On a slow line, send it as a resumable upload (POST /uploads), which goes on where it was cut off',
  );
