import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { currentCaller } from '../limits/caller.ts';
import { createHashTurns, type HashTurnOptions } from './hash-turns.ts';

/**
 * The parameters that OWASP recommends first for argon2id: 19 MiB, two
 * passes, one thread. argon2id is the library's default.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';

/** Each hash waits for its turn, see hash-turns.ts, and throws what that throws. */
export interface Passwords {
  /** Returns a PHC string. */
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /** Where there is no such user, and so no stored hash, it does the same work in the same time, and returns false. */
  verify(password: string, stored: string | undefined, signal?: AbortSignal): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

export async function createPasswords(options: HashTurnOptions): Promise<Passwords> {
  const takeTurn = createHashTurns(options);
  const dummy = await hash(randomBytes(32), PARAMETERS);
  // Depending on the keyboard, an é is one code point or two. For its owner, that is the same password (RFC 8265, section
  // 4.2).
  const bytes = (password: string) => Buffer.from(password.normalize('NFC'));

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
