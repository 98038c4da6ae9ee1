import { AppError } from '../../shared/runtime/errors.ts';
import type { RequirePassword } from './require-password.ts';
import type { SignedIn } from './signed-in.ts';

/** How old the sign-in of an account without a password may be, which stands in for the password. */
const FRESH_MS = 10 * 60_000;

/**
 * Has the owner prove who it is before a change that an open session alone must not make, because it may be that of a borrowed computer:
 * with the password, or with a sign-in of the last ten minutes where the account has no password. Throws `wrong_password`, and
 * `too_many_requests` after too many wrong ones.
 */
export type RequireProof = (
  signedIn: SignedIn,
  password: string | undefined,
  signal?: AbortSignal,
) => Promise<void>;

export function createRequireProof(requirePassword: RequirePassword, now = Date.now): RequireProof {
  return async ({ user, begunAt }, password = '', signal) => {
    if (user.passwordHash !== undefined) return requirePassword(user, password, signal);
    if (begunAt !== undefined && now() - begunAt.getTime() <= FRESH_MS) return;
    throw new AppError(
      'wrong_password',
      'this account has no password, and the sign-in is older than ten minutes: sign in again',
    );
  };
}
