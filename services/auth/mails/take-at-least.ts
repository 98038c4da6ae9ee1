import { delay } from '../../shared/runtime/delay.ts';

/** Longer than the work of any answer takes while the system is not overloaded. */
const MIN_MS = 250;

/**
 * Does the work, and resolves after {@link MIN_MS} at the earliest, also where it fails. So the time of an answer does not tell whether
 * there was an account to which a mail had to be written.
 */
export async function takeAtLeast<T>(work: () => Promise<T>, ms = MIN_MS): Promise<T> {
  const done = work();
  await Promise.allSettled([done, delay(ms)]);
  return done;
}
