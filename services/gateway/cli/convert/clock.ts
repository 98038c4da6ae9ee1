import { setTimeout } from 'node:timers/promises';

/** Time is a port, so that tests need not wait. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/** Milliseconds to wait after the given number of failures in a row, which starts at 1. */
export const backoff = (failures: number): number =>
  Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
