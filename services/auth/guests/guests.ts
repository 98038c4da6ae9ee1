import { AppError } from '../../shared/runtime/errors.ts';
import { requireNewCredentials } from '../accounts/password-rules.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { ProvedUser, StoredUser, Users } from '../accounts/users.ts';
import type { PendingAccount, Verification } from '../accounts/verification.ts';
import { invalidToken } from '../credentials.ts';

export interface Guests {
  /** Makes a user without an address and a password. */
  start(): Promise<ProvedUser>;
  /**
   * Gives a guest an address and a password, and the same user has an account from then on. Idempotent as a registration is:
   * the sessions of the guest end when the guest becomes a user, and a repeated request ends none.
   * One hash is computed in any case, so that the time does not reveal whether the address is new.
   * Throws `invalid_email`, `weak_password`, `email_taken`, `state_conflict` where the guest has registered with another address,
   * and `invalid_token` where there is no such guest any more.
   * Where addresses have to be confirmed, the guest stays one until the link of the mail is opened.
   * @param signal ends the wait for a password hash
   */
  register(
    id: string,
    email: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<ProvedUser | PendingAccount>;
}

type GuestUsers = Pick<Users, 'find' | 'addGuest' | 'registerGuest' | 'exists'>;

export function createGuests({
  users,
  passwords,
  verification,
}: {
  users: GuestUsers;
  passwords: Passwords;
  /** Absent where addresses need not be confirmed. */
  verification?: Pick<Verification, 'register'> | undefined;
}): Guests {
  /** Whether the account of this address is the guest's own, from a request whose response was lost. Throws `email_taken`. */
  async function requireOwn(
    id: string,
    found: StoredUser | undefined,
    password: string,
    signal: AbortSignal | undefined,
  ): Promise<ProvedUser> {
    const matches = await passwords.verify(password, found?.passwordHash, signal);
    if (found?.id !== id || !matches)
      throw new AppError('email_taken', 'there is an account with this address');
    return { id, email: found.email, sessionEpoch: found.sessionEpoch };
  }

  return {
    start: () => users.addGuest(),

    async register(id, given, password, signal) {
      if (verification) {
        if (!(await users.exists(id))) throw invalidToken();
        return verification.register({ email: given, password, guestId: id, ...(signal && { signal }) });
      }
      const email = requireNewCredentials(given, password);
      const found = await users.find(email);
      if (found) return requireOwn(id, found, password, signal);
      const outcome = await users.registerGuest(id, email, await passwords.hash(password, signal));
      const first = await users.find(email);
      // Its epoch began with the registration.
      if (outcome === 'registered' && first?.id === id)
        return { id, email, sessionEpoch: first.sessionEpoch };
      // Another request with this address may have come first, also one of this guest.
      if (first || outcome === 'taken') return requireOwn(id, first, password, signal);
      if (!(await users.exists(id))) throw invalidToken();
      throw notGuest();
    },
  };
}

export const notGuest = (): AppError =>
  new AppError('state_conflict', 'this is no guest: the account has an address and a password');
