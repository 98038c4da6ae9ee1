import { toAppError } from './protocol-error.ts';
import type { ResumablePorts } from './uploads.ts';

/** The lock has a bound of its own for the wait. */
const neverAborted = new AbortController().signal;

/**
 * Does the work while no other request or sweep holds the upload, on any gateway. A request that holds it is asked to end.
 * Throws `upload_locked` when the wait is too long, and `unavailable`.
 */
export async function withLock<T>(
  id: string,
  { locker }: Pick<ResumablePorts, 'locker'>,
  work: () => Promise<T>,
): Promise<T> {
  const lock = locker.newLock(id);
  try {
    await lock.lock(neverAborted, () => undefined);
  } catch (error) {
    throw toAppError(error);
  }
  try {
    return await work();
  } finally {
    await lock.unlock();
  }
}
