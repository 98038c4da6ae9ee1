import type { ServerResponse } from 'node:http';
import { clientClosed } from '../../shared/http/client-closed.ts';
import { whenClosed } from '../../shared/http/when-closed.ts';
import type { Owner } from './owner.ts';
import { adjustCount, emptyCounts, exceededQuota, overloaded, type Quota } from './quota.ts';

const RETRY_SECONDS = 2;

/** Bounds the concurrent work of one kind in this process, so that the process does not run out of memory. */
export interface ConcurrencyLimit {
  /**
   * Returns a function that releases the place, to be called once. Throws `too_many_requests` when the user has too much under
   * way, and `unavailable` when all users or all guests together have.
   */
  acquire(owner: Owner): () => void;
}

/** @param what names the work in the plural, for the error that a client gets */
export function createConcurrencyLimit(quota: Quota, what: string): ConcurrencyLimit {
  const active = emptyCounts();
  return {
    acquire(owner) {
      const reached = exceededQuota(active, quota, owner);
      if (reached === 'owner') {
        throw overloaded(
          'too_many_requests',
          `you may have ${quota.perUser} ${what} at a time`,
          RETRY_SECONDS,
        );
      }
      if (reached === 'guests') {
        throw overloaded(
          'unavailable',
          `too many ${what} of guests are running; register, or try again shortly`,
          RETRY_SECONDS,
        );
      }
      if (reached === 'all') {
        throw overloaded('unavailable', `too many ${what} are running; try again shortly`, RETRY_SECONDS);
      }
      adjustCount(active, owner, 1);
      return () => adjustCount(active, owner, -1);
    },
  };
}

/**
 * Acquires a place until the response has ended. Throws as `acquire` does. Also throws when the client has gone away, because
 * `close` has already fired, so that the place would never be released.
 */
export function acquireForResponse(limit: ConcurrencyLimit, owner: Owner, response: ServerResponse): void {
  if (response.closed) throw clientClosed();
  whenClosed(response, limit.acquire(owner));
}
