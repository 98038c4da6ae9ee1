/** Pauses that double from the first one to the longest one. */
export interface BackoffTimes {
  /** Milliseconds. */
  firstMs: number;
  /** Milliseconds. */
  maxMs: number;
}

/** Returns the milliseconds to wait after the given number of failures in a row, which starts at 1. */
export const backoffMs = (failures: number, { firstMs, maxMs }: BackoffTimes): number =>
  Math.min(maxMs, firstMs * 2 ** (failures - 1));
