import { AppError } from '../shared/runtime/errors.ts';
import { invalidCredentials } from './credentials.ts';
import { checkEmailAddress, isEmailAddress } from './email-address.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { StoredUser, User, Users } from './users.ts';

/** `signal` ends the wait for a password hash: abort it when nobody waits for the answer any more. */
export interface Accounts {
  /**
   * Idempotent: the answer may be lost and the request repeated, by the sidecar or by the client. An address that is
   * registered with the same password gets the same account again, which tells no more than a login with it would.
   * A hash is computed once either way, in the same time whether the address is new or not.
   * @throws AppError `invalid_email`, `weak_password`, `email_taken`
   */
  register(email: string, password: string, signal?: AbortSignal): Promise<User>;
  /** @throws AppError `invalid_credentials`, for an unknown user after the same work as for a wrong password */
  authenticate(email: string, password: string, signal?: AbortSignal): Promise<User>;
}

export function createAccounts({ users, passwords }: { users: Users; passwords: Passwords }): Accounts {
  async function sameAccount(
    user: StoredUser | undefined,
    password: string,
    signal: AbortSignal | undefined,
  ): Promise<User> {
    const right = await passwords.verify(password, user?.passwordHash, signal);
    if (!user || !right) throw new AppError('email_taken', 'there is an account with this address');
    return { id: user.id, email: user.email };
  }

  return {
    async register(email, password, signal) {
      checkEmailAddress(email);
      checkPassword(password, email);
      const found = await users.find(email);
      if (found) return sameAccount(found, password, signal);
      const added = await users.add(email, await passwords.hash(password, signal));
      // Undefined when another request with this address came first.
      return added ?? sameAccount(await users.find(email), password, signal);
    },

    async authenticate(email, password, signal) {
      const user = isEmailAddress(email) ? await users.find(email) : undefined;
      const right = await passwords.verify(password, user?.passwordHash, signal);
      if (!user || !right) throw invalidCredentials();
      const { id, passwordHash } = user;
      if (passwords.isOutdated(passwordHash)) {
        await users.replaceHash(id, passwordHash, await passwords.hash(password, signal));
      }
      return { id, email: user.email };
    },
  };
}
