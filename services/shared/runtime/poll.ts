import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  intervalMs: number;
  /** Default: no limit. The caller then ends the polling with `signal` or by throwing. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Whether the pauses keep the Node process alive. Default true. */
  ref?: boolean;
}

/**
 * Calls `attempt` until it returns something other than undefined, and returns that. Returns undefined when the time is
 * over. An error that `attempt` throws ends the polling and is passed on. Rejects when the signal is aborted.
 */
export async function poll<T>(
  attempt: () => T | undefined | Promise<T | undefined>,
  { intervalMs, timeoutMs = Number.POSITIVE_INFINITY, signal, ref = true }: PollOptions,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() >= end) return undefined;
    await sleep(intervalMs, undefined, { signal, ref });
  }
}
