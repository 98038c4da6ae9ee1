import type { ServerResponse } from 'node:http';
import { clientClosed } from '../../shared/http/client-closed.ts';
import { adjustCount, emptyCounts, exceededQuota, overloaded, type Quota } from './quota.ts';

const RETRY_SECONDS = 2;

/** Bounds what goes on in this process at the same time, so that it never runs out of memory. */
export interface ConcurrencyLimit {
  /** Returns the way out, to be called once. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  acquire(owner: string): () => void;
}

/** `what`: a plural, for the sentence that a client gets. */
export function createConcurrencyLimit(bounds: Quota, what: string): ConcurrencyLimit {
  const inside = emptyCounts();
  return {
    acquire(owner) {
      const reached = exceededQuota(inside, bounds, owner);
      if (reached === 'owner') {
        throw overloaded(
          'too_many_requests',
          `you may have ${bounds.perUser} ${what} at a time`,
          RETRY_SECONDS,
        );
      }
      if (reached === 'all') {
        throw overloaded('unavailable', `too many ${what} are under way; try again shortly`, RETRY_SECONDS);
      }
      adjustCount(inside, owner, 1);
      return () => adjustCount(inside, owner, -1);
    },
  };
}

/** A place for as long as the answer lasts. Throws as `enter` does, and where the client is gone: nobody would hear of the end. */
export function acquireForResponse(gate: ConcurrencyLimit, owner: string, response: ServerResponse): void {
  if (response.closed) throw clientClosed();
  response.once('close', gate.acquire(owner));
}
