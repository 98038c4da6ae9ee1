import { AppError } from '../../shared/runtime/errors.ts';
import { registerGuest } from '../accounts/register-guest.ts';
import type { User } from '../accounts/users.ts';
import type { Statements } from '../database/database.ts';
import { findBySession } from '../sessions/session-store.ts';
import { type GuestBy, signInFailed } from './authorization.ts';
import type { ProviderSettings } from './settings.ts';

/** Makes the account of the guest. Throws `sign_in_failed` where that session has ended meanwhile, also by another registration. */
export async function makeGuestAccount(
  statements: Statements,
  guest: GuestBy,
  { email, at }: { email: string; at: Date },
): Promise<User> {
  const open = await findBySession(statements, guest);
  const registration = { id: guest.userId, email, passwordHash: null, verifiedAt: at };
  if (!open || !(await registerGuest(statements, registration)))
    throw signInFailed('your session as a guest has ended: begin again');
  return { id: guest.userId, email };
}

/** Throws `account_exists` for a guest who has not agreed to leave what was begun as a guest, because no job moves to another account. */
export function requireLeave({ id }: User, { name }: ProviderSettings, guest: GuestBy | undefined): void {
  if (guest && !guest.mayLeave && guest.userId !== id)
    throw new AppError(
      'account_exists',
      `there is an account for you at ${name} already: sign in to it and leave what you have as a guest, or stay one`,
    );
}
