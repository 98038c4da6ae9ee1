import { delay } from '../../shared/runtime/delay.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { createFairSemaphore } from '../../shared/runtime/fair-semaphore.ts';
import { currentCaller } from '../limits/caller.ts';

/**
 * Less than the 10 s after which a gateway aborts its call (services/shared/dapr/sidecar.ts) and repeats it, so that a busy
 * processor does not compute hashes for responses that nobody reads.
 */
const MAX_WAIT_MS = 6_000;
/** Twice the time of a hash on an idle processor. A hash that took longer has shared its processor with other work already. */
const MAX_REST_MS = 100;

/**
 * Computes a hash when it is the caller's turn. Throws `unavailable` when the queue is full, or after `MAX_WAIT_MS` in the queue.
 * `signal` ends the wait, but a hash that has begun cannot be stopped.
 */
export type TakeHashTurn = <T>(compute: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export interface HashTurnOptions {
  /** How many hashes are computed at a time, and at least two. */
  parallel: number;
  /** How many may wait. */
  queue: number;
}

/**
 * Limits how many hashes are computed at a time. One place is reserved for owners who have logged in from their address before. All
 * other callers share the remaining places, and take turns by their addresses.
 *
 * After the hash of such another caller, its place stays empty for as long as the hash took, and for `MAX_REST_MS` at most. So strangers
 * use at most half of the time of a processor for each place while the processors are otherwise idle. A lower priority of the threads would not
 * protect the other services: the kernel compares priorities only within one session or container.
 */
export function createHashTurns({ parallel, queue }: HashTurnOptions): TakeHashTurn {
  const semaphore = createFairSemaphore({
    permits: Math.max(2, parallel),
    maxWaiting: queue,
    maxWaitMs: MAX_WAIT_MS,
    full: () =>
      new AppError('unavailable', 'too many logins at the moment; try again shortly', {
        headers: { 'Retry-After': '2' },
      }),
  });

  return <T>(compute: () => Promise<T>, signal?: AbortSignal) => {
    const { address = '', rank, isKnown } = currentCaller();
    const claimant = {
      key: address,
      get rank() {
        return rank();
      },
      leaves: isKnown ? 0 : 1,
    };
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const computeAndRest = async (): Promise<void> => {
      const begun = performance.now();
      // The caller does not wait for the rest.
      await compute().then(resolve, reject);
      if (!isKnown) await delay(Math.min(performance.now() - begun, MAX_REST_MS));
    };
    semaphore.run(claimant, computeAndRest, signal).catch(reject);
    return promise;
  };
}
