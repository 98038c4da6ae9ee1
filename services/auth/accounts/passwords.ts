import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../../shared/runtime/errors.ts';
import { createFairSemaphore } from '../../shared/runtime/fair-semaphore.ts';
import { currentCaller } from '../limits/caller.ts';

/**
 * The parameters that OWASP recommends first for argon2id: 19 MiB, two
 * passes, one thread. argon2id is the library's default.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';

/**
 * Less than the 10 s after which a gateway aborts its call (services/shared/dapr/sidecar.ts) and repeats it, so that a busy
 * processor does not compute hashes for responses that nobody reads.
 */
const MAX_WAIT_MS = 6_000;

/**
 * Throws `unavailable` when the queue is full, or after `MAX_WAIT_MS` in the queue.
 * `signal` ends the wait, but a hash that has begun cannot be stopped.
 */
export interface Passwords {
  /** Returns a PHC string. */
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /** Where there is no such user, and so no stored hash, it does the same work in the same time, and returns false. */
  verify(password: string, stored: string | undefined, signal?: AbortSignal): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

/**
 * `parallel` is how many hashes are computed at a time, and `queue` how many may wait. One of those that are computed, and at least
 * a second one, is for owners at an address from which they have logged in before. The others take turns by their addresses.
 */
export async function createPasswords(options: { parallel: number; queue: number }): Promise<Passwords> {
  const semaphore = createFairSemaphore({
    permits: Math.max(2, options.parallel),
    maxWaiting: options.queue,
    maxWaitMs: MAX_WAIT_MS,
    full: () =>
      new AppError('unavailable', 'too many logins at the moment; try again shortly', {
        headers: { 'Retry-After': '2' },
      }),
  });
  const dummy = await hash(randomBytes(32), PARAMETERS);
  // Depending on the keyboard, an é is one code point or two. For its owner, that is the same password (RFC 8265, section
  // 4.2).
  const bytes = (password: string) => Buffer.from(password.normalize('NFC'));

  function takeTurn<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { address = '', rank, isKnown } = currentCaller();
    const claimant = {
      key: address,
      get rank() {
        return rank();
      },
      leaves: isKnown ? 0 : 1,
    };
    return semaphore.run(claimant, work, signal);
  }

  return {
    hash: (password, signal) => takeTurn(() => hash(bytes(password), PARAMETERS), signal),
    async verify(password, stored, signal) {
      const { beforeCheck } = currentCaller();
      const matches = await takeTurn(async () => {
        beforeCheck();
        return verify(stored ?? dummy, bytes(password));
      }, signal);
      return matches && stored !== undefined;
    },
    isOutdated: (stored) => !stored.startsWith(CURRENT),
  };
}
