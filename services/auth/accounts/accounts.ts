import { AppError } from '../../shared/runtime/errors.ts';
import { invalidCredentials, notVerified } from '../credentials.ts';
import { parseEmailAddress } from './email-address.ts';
import { requireNewCredentials } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { ProvedUser, RegisteredUser, StoredUser, Users } from './users.ts';
import type { PendingAccount, Verification } from './verification.ts';

/** `signal` ends the wait for a password hash. Abort it when nobody waits for the response any more. */
export interface Accounts {
  /**
   * Creates an account. Idempotent, because the response may be lost and the sidecar or the client may repeat the request:
   * for a registered address with the same password it returns the existing account. That reveals no more than a login
   * would. One hash is computed in any case, so that the time does not reveal whether the address is new.
   * Throws `invalid_email`, `weak_password` and `email_taken`.
   *
   * Where addresses have to be confirmed, it makes a registration only, and answers the same for every address. See verification.ts.
   */
  register(email: string, password: string, signal?: AbortSignal): Promise<RegisteredUser | PendingAccount>;
  /**
   * Throws `invalid_credentials`, and `email_not_verified` for the right password of an address that has to be confirmed first. An
   * unknown user causes the same work as a wrong password.
   */
  authenticate(email: string, password: string, signal?: AbortSignal): Promise<RegisteredUser & ProvedUser>;
}

type AccountUsers = Pick<Users, 'add' | 'find' | 'replaceHash'>;

export function createAccounts({
  users,
  passwords,
  verification,
}: {
  users: AccountUsers;
  passwords: Passwords;
  /** Absent where addresses need not be confirmed. */
  verification?: Pick<Verification, 'register' | 'findPending'> | undefined;
}): Accounts {
  /** Returns the account of the user. Throws `email_taken` unless the password is the right one. */
  async function requireSamePassword(
    user: StoredUser | undefined,
    password: string,
    signal: AbortSignal | undefined,
  ): Promise<RegisteredUser> {
    const matches = await passwords.verify(password, user?.passwordHash, signal);
    if (!user || !matches) throw new AppError('email_taken', 'there is an account with this address');
    return { id: user.id, email: user.email };
  }

  return {
    async register(given, password, signal) {
      if (verification) return verification.register({ email: given, password, ...(signal && { signal }) });
      const email = requireNewCredentials(given, password);
      const found = await users.find(email);
      if (found) return requireSamePassword(found, password, signal);
      const added = await users.add(email, await passwords.hash(password, signal));
      // There is no new account if another request with this address came first.
      return added ?? requireSamePassword(await users.find(email), password, signal);
    },

    async authenticate(given, password, signal) {
      const email = parseEmailAddress(given);
      const [user, pending] = await Promise.all(
        email === undefined ? [] : [users.find(email), verification?.findPending(email)],
      );
      const stored = user ? user.passwordHash : pending?.passwordHash;
      const matches = await passwords.verify(password, stored ?? undefined, signal);
      if (!matches) throw invalidCredentials();
      if (!user || (verification && user.isUnconfirmed)) throw notVerified();
      const { id, passwordHash } = user;
      if (passwordHash !== undefined && passwords.isOutdated(passwordHash)) {
        await users.replaceHash(id, passwordHash, await passwords.hash(password, signal));
      }
      const { passwordHash: _, ...known } = user;
      return known;
    },
  };
}
