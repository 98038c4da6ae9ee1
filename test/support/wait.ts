import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** ms. Default: 120 s. The bound ends a test that hangs; it promises nothing about speed. */
  timeoutMs?: number;
  /** ms between two polls. Default: 100 ms. */
  pauseMs?: number;
  signal?: AbortSignal | undefined;
}

type Poll<T> = () => Promise<T | undefined | false> | T | undefined | false;

/**
 * Polls until the result is truthy, and returns it.
 * Throws when the time is over, with an error that names `what`, and passes on what `poll` throws.
 */
export async function waitFor<T>(what: string, poll: Poll<T>, options: WaitOptions = {}): Promise<T> {
  const result = await waitAtMost(poll, options);
  if (result === undefined) throw new Error(`gave up waiting for ${what}`);
  return result;
}

/** Like {@link waitFor}, but returns undefined when the time is over. It polls at least once. */
export async function waitAtMost<T>(
  poll: Poll<T>,
  { timeoutMs = 120_000, pauseMs = 100, signal }: WaitOptions = {},
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await poll();
    if (result) return result;
    if (performance.now() > deadline) return undefined;
    await sleep(pauseMs, undefined, { signal });
  }
}

/**
 * Waits until `describeRest` returns an empty string, or the same string for `stableMs`: slow progress is waited for,
 * a standstill is not. Returns the last string.
 */
export async function waitUntilStable(
  stableMs: number,
  describeRest: () => Promise<string>,
): Promise<string> {
  let rest = await describeRest();
  while (rest !== '') {
    const before = rest;
    const changed = await waitAtMost(
      async () => {
        rest = await describeRest();
        return rest !== before;
      },
      { timeoutMs: stableMs },
    );
    if (!changed) break;
  }
  return rest;
}
