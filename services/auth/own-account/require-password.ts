import { AppError } from '../../shared/runtime/errors.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { StoredUser } from '../accounts/users.ts';

/**
 * Has the owner prove the password again before a change of the account, because an open session may be that of a borrowed computer.
 * Throws `wrong_password`, also for an account without a password, which gets one by a reset.
 */
export async function requirePassword(
  passwords: Pick<Passwords, 'verify'>,
  { passwordHash }: StoredUser,
  password: string,
  signal?: AbortSignal,
): Promise<void> {
  if (await passwords.verify(password, passwordHash, signal)) return;
  // Not 401: a browser would ask for a password in a window of its own, and the session is in order.
  throw new AppError('wrong_password', 'the password is wrong; POST /account/reset sets one without it');
}
