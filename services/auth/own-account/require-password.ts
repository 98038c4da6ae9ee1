import { AppError } from '../../shared/runtime/errors.ts';
import { accountKey } from '../accounts/email-address.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { StoredUser } from '../accounts/users.ts';
import type { LoginLimits } from '../limits/login-limits.ts';

/**
 * Has the owner prove the password again. Throws `wrong_password`, also for an account without a password, which gets one by a reset, and
 * `too_many_requests` after too many wrong ones, so that an open session is no place to guess the password. Only a change of the password
 * itself needs it in any case. For other changes see require-proof.ts.
 */
export type RequirePassword = (user: StoredUser, password: string, signal?: AbortSignal) => Promise<void>;

interface RequirePasswordPorts {
  passwords: Pick<Passwords, 'verify'>;
  logins: Pick<LoginLimits, 'guardSignedIn'>;
}

export function createRequirePassword({ passwords, logins }: RequirePasswordPorts): RequirePassword {
  return ({ email, passwordHash }, password, signal) =>
    logins.guardSignedIn(accountKey(email), async () => {
      if (await passwords.verify(password, passwordHash, signal)) return;
      // Not 401: a browser would ask for a password in a window of its own, and the session is in order.
      throw new AppError('wrong_password', 'the password is wrong; POST /account/reset sets one without it');
    });
}
