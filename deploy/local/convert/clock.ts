import { setTimeout } from 'node:timers/promises';

/** Time as a port, so that no test waits. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const clock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

/** Milliseconds to wait after so many failures in a row, from 1. */
export const backoff = (failures: number): number =>
  Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
