import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions<T> {
  /** ms. Default: no limit, so that `pauseAfter` alone decides. */
  timeoutMs?: number;
  /**
   * Returns the pause before the next attempt in ms, or undefined if this result is final. `isLate` is true
   * once the time is over.
   */
  pauseAfter(result: T, isLate: boolean): number | undefined | Promise<number | undefined>;
  signal?: AbortSignal | undefined;
}

/** Repeats an attempt until its result is final, and returns that result. Errors of an attempt or of `pauseAfter` end it. */
export async function retry<T>(
  attempt: () => Promise<T>,
  { timeoutMs = Number.POSITIVE_INFINITY, pauseAfter, signal }: RetryOptions<T>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await attempt();
    const pauseMs = await pauseAfter(result, performance.now() > deadline);
    if (pauseMs === undefined) return result;
    await sleep(pauseMs, undefined, { signal });
  }
}
