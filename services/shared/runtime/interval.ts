import { delay } from './delay.ts';

/**
 * Calls `act` again and again, each time `ms` milliseconds after the previous call has ended, until the signal is aborted.
 * An error of `act` goes to `onError` and does not end the repetition. Resolves after the last call has ended.
 */
export async function repeat(
  ms: number,
  act: () => Promise<unknown>,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await delay(ms, signal).catch(() => undefined);
    if (!signal.aborted) await act().catch(onError);
  }
}
