import type { ServerResponse } from 'node:http';
import { clientGone } from '../../shared/http/client-closed.ts';
import { add, type Bounds, boundReached, comeAgain, emptyTally } from './quota.ts';

const RETRY_SECONDS = 2;

/** Bounds what goes on in this process at the same time, so that it never runs out of memory. */
export interface Gate {
  /** Returns the way out, to be called once. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  enter(owner: string): () => void;
}

/** `what`: a plural, for the sentence that a client gets. */
export function createGate(bounds: Bounds, what: string): Gate {
  const inside = emptyTally();
  return {
    enter(owner) {
      const reached = boundReached(inside, bounds, owner);
      if (reached === 'owner') {
        throw comeAgain(
          'too_many_requests',
          `you may have ${bounds.perUser} ${what} at a time`,
          RETRY_SECONDS,
        );
      }
      if (reached === 'all') {
        throw comeAgain('unavailable', `too many ${what} are under way; try again shortly`, RETRY_SECONDS);
      }
      add(inside, owner, 1);
      return () => add(inside, owner, -1);
    },
  };
}

/** A place for as long as the answer lasts. Throws as `enter` does, and where the client is gone: nobody would hear of the end. */
export function holdPlace(gate: Gate, owner: string, response: ServerResponse): void {
  if (response.closed) throw clientGone();
  response.once('close', gate.enter(owner));
}
