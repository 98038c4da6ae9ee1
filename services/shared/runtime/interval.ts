import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Acts again and again, `ms` after the last time was over, until the signal. What an act throws goes to `failed`, and the
 * next comes all the same. Resolves when none is under way any more.
 */
export async function repeat(
  ms: number,
  act: () => Promise<unknown>,
  failed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await act().catch(failed);
  }
}
