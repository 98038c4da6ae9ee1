import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../shared/runtime/errors.ts';
import { createSemaphore } from '../shared/runtime/semaphore.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one thread. The library's default algorithm is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';

/**
 * Below the 10 s after which a gateway gives up its call (services/shared/sidecar.ts) and makes the next one, so that a busy
 * processor does not compute hashes whose answers nobody reads.
 */
const MAX_WAIT_MS = 6_000;

/**
 * Throws `unavailable` when more than the queue holds would wait, or after `MAX_WAIT_MS` in the queue. `signal` ends the wait;
 * a hash that has begun cannot be stopped.
 */
export interface Passwords {
  /** @returns a PHC string */
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /** Without a stored hash (there is no such user) it does the same work in the same time, and says false. */
  verify(password: string, stored: string | undefined, signal?: AbortSignal): Promise<boolean>;
  /** True for a hash that was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

/**
 * @param parallel hashes at once
 * @param queue hashes that wait
 */
export async function createPasswords(options: { parallel: number; queue: number }): Promise<Passwords> {
  const turns = createSemaphore(options.parallel, {
    maxWaiting: options.queue,
    maxWaitMs: MAX_WAIT_MS,
    full: () =>
      new AppError('unavailable', 'too many logins at the moment; try again shortly', {
        headers: { 'Retry-After': '2' },
      }),
  });
  const dummy = await hash(randomBytes(32), PARAMETERS);
  // An é can be one code point or two, by keyboard and system: the same password for its owner (RFC 8265, section 4.2).
  const bytes = (password: string) => Buffer.from(password.normalize('NFC'));

  return {
    hash: (password, signal) => turns.run(() => hash(bytes(password), PARAMETERS), signal),
    async verify(password, stored, signal) {
      const matches = await turns.run(() => verify(stored ?? dummy, bytes(password)), signal);
      return matches && stored !== undefined;
    },
    isOutdated: (stored) => !stored.startsWith(CURRENT),
  };
}
