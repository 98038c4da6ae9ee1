import type { Statements } from '../database/database.ts';
import { endSessions } from '../revocations/revocations.ts';
import { emailKey } from './email-address.ts';

export interface GuestRegistration {
  /** Of the guest. */
  id: string;
  /** As its user wrote it. */
  email: string;
  /** Null where the owner signs in without a password, or chooses one later. */
  passwordHash: string | null;
  /** When the owner of the mailbox has confirmed the address. Null where nobody had to. */
  verifiedAt: Date | null;
}

/**
 * Gives a guest an address, and the same user has an account from then on. The sessions of the guest end at the same moment: whoever has
 * one of them must prove from now on who they are. Call it in a transaction. Returns false where the user is no guest, or not any more.
 * Throws the error of a duplicate key where there is an account with this address.
 */
export async function registerGuest(
  { change }: Pick<Statements, 'change'>,
  { id, email, passwordHash, verifiedAt }: GuestRegistration,
): Promise<boolean> {
  const changed = await change(
    `UPDATE users SET email = ?, email_key = ?, password_hash = ?, verified_at = ?
      WHERE id = ? AND email_key IS NULL`,
    [email, emailKey(email), passwordHash, verifiedAt, id],
  );
  if (changed === 0) return false;
  // Later, this could end a session of the user, which a repeated request has started meanwhile.
  await endSessions({ change }, id);
  return true;
}
