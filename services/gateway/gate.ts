import type { ServerResponse } from 'node:http';
import { AppError } from '../shared/errors.ts';
import { clientGone } from './receive.ts';

const RETRY_SECONDS = 2;

export interface GateLimits {
  /** Of this process at a time, and of one user among them. */
  all: number;
  perUser: number;
}

/** Bounds what goes on at the same time: overload is an answer that says when to come back, and never a process out of memory. */
export interface Gate {
  /** Returns the way out, to be called once. Throws `too_many_requests` where the user has too much under way, `unavailable` where all have. */
  enter(owner: string): () => void;
}

/** `what`: a plural, for the sentence that a client gets. */
export function createGate({ all, perUser }: GateLimits, what: string): Gate {
  let inside = 0;
  const insideOf = new Map<string, number>();
  const headers = { 'Retry-After': String(RETRY_SECONDS) };

  return {
    enter(owner) {
      const own = insideOf.get(owner) ?? 0;
      if (own >= perUser) {
        throw new AppError('too_many_requests', `you may have ${perUser} ${what} at a time`, { headers });
      }
      if (inside >= all) {
        throw new AppError('unavailable', `too many ${what} are under way; try again shortly`, { headers });
      }
      inside++;
      insideOf.set(owner, own + 1);
      return () => {
        inside--;
        const left = (insideOf.get(owner) ?? 1) - 1;
        if (left > 0) insideOf.set(owner, left);
        else insideOf.delete(owner);
      };
    },
  };
}

/** A place for as long as the answer lasts. Throws as `enter` does, and where the client is gone: nobody would hear of the end. */
export function holdPlace(gate: Gate, owner: string, response: ServerResponse): void {
  if (response.closed) throw clientGone();
  response.once('close', gate.enter(owner));
}
