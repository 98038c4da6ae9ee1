import { randomUUID } from 'node:crypto';
import type { Statements } from '../database/database.ts';
import { dropMailTokens, linkExpired } from '../mails/mail-tokens.ts';
import { endSessions } from '../revocations/revocations.ts';
import { dropOtherWays, endApiKeys } from '../sign-in-ways.ts';
import { emailKey } from './email-address.ts';
import { queueResetMail } from './password-reset.ts';
import { registerGuest } from './register-guest.ts';
import { dropRegistration, type Registration } from './registrations.ts';
import { findUser } from './users.ts';

interface Confirmed {
  id: string;
  hasPassword: boolean;
}

/**
 * Makes the account of a registration, or opens the one that waits for the confirmation. Call it in the transaction that has locked the
 * registration. Throws `link_expired` where another account has the address by now.
 */
export async function confirmRegistration(
  statements: Statements,
  registration: Registration,
  { publicUrl, at }: { publicUrl: string; at: Date },
): Promise<void> {
  const { email } = registration;
  const { id, hasPassword } =
    (await openAccount(statements, registration, at)) ??
    (await openGuest(statements, registration, at)) ??
    (await addUser(statements, registration, at));
  await dropRegistration(statements, email);
  if (!hasPassword) await queueResetMail(statements, { user: { id, email }, publicUrl, at });
}

/**
 * Opens the account that has this address and that nobody had confirmed. Where the registration does not have the password of the
 * account, two people may claim it: then every way into the account ends, and the owner of the mailbox chooses a password by mail.
 */
async function openAccount(
  statements: Statements,
  { email, passwordHash }: Registration,
  at: Date,
): Promise<Confirmed | undefined> {
  const user = await findUser(statements, 'email_key', emailKey(email));
  if (!user) return undefined;
  const { id } = user;
  const hasPassword = passwordHash !== null && passwordHash === user.passwordHash;
  const opened = await statements.change(
    'UPDATE users SET password_hash = ?, verified_at = ? WHERE id = ? AND verified_at IS NULL',
    [hasPassword ? passwordHash : null, at, id],
  );
  if (opened === 0) throw linkExpired();
  if (!hasPassword) {
    await endSessions(statements, id);
    await endApiKeys(statements, id);
    await dropOtherWays(statements, id);
    // Such as the link with which a stranger would give the account another address.
    await dropMailTokens(statements, id);
  }
  return { id, hasPassword };
}

/** Makes an account of the guest who has registered. */
async function openGuest(
  statements: Statements,
  { guestId, email, passwordHash }: Registration,
  at: Date,
): Promise<Confirmed | undefined> {
  if (guestId === null) return undefined;
  const guest = { id: guestId, email, passwordHash, verifiedAt: at };
  const isGuest = await registerGuest(statements, guest);
  return isGuest ? { id: guestId, hasPassword: passwordHash !== null } : undefined;
}

async function addUser(
  { change }: Statements,
  { email, passwordHash }: Registration,
  at: Date,
): Promise<Confirmed> {
  const id = randomUUID();
  await change(
    'INSERT INTO users (id, email, email_key, password_hash, created_at, verified_at) VALUES (?, ?, ?, ?, ?, ?)',
    [id, email, emailKey(email), passwordHash, at, at],
  );
  return { id, hasPassword: passwordHash !== null };
}
