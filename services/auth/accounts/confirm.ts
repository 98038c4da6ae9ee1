import type { Statements, Transactions } from '../database/database.ts';
import { isDuplicate } from '../database/database-errors.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';
import {
  dropMailTokens,
  findMailToken,
  linkExpired,
  requireTokenHash,
  useMailToken,
} from '../mails/mail-tokens.ts';
import { queueMail } from '../mails/outbox.ts';
import { confirmRegistration } from './confirm-registration.ts';
import { emailKey } from './email-address.ts';
import { dropRegistration, lockRegistration } from './registrations.ts';
import { findUser } from './users.ts';

export interface ConfirmPorts {
  database: Transactions;
  publicUrl: string;
  wakeMails: () => void;
  /** Remembers the caller's address as one of the owner's, who has shown the link of a mail. */
  rememberOwner: (email: string) => Promise<void>;
  /** Whether nothing is mailed to an address that nobody has confirmed. Default: false. */
  requireVerifiedEmail?: boolean;
  now?: () => number;
}

/**
 * Confirms an address by the token of a mail, of a registration or of a change of address. Works once.
 * Throws `link_expired`, also where another account has the address by now.
 */
export type ConfirmAddress = (token: string) => Promise<void>;

export function createConfirmAddress(ports: ConfirmPorts): ConfirmAddress {
  const {
    database,
    publicUrl,
    wakeMails,
    rememberOwner,
    requireVerifiedEmail = false,
    now = Date.now,
  } = ports;
  return async (token) => {
    const tokenHash = requireTokenHash(token);
    const at = new Date(now());
    let email: string;
    try {
      email = await retryDeadlock(() =>
        database.inTransaction((statements) =>
          confirm(statements, tokenHash, { publicUrl, requireVerifiedEmail, at }),
        ),
      );
    } catch (error) {
      throw isDuplicate(error) ? linkExpired() : error;
    }
    wakeMails();
    await rememberOwner(email);
  };
}

interface Confirmation extends Pick<ConfirmPorts, 'publicUrl' | 'requireVerifiedEmail'> {
  at: Date;
}

/** Returns the address that is confirmed. */
async function confirm(
  statements: Statements,
  tokenHash: string,
  confirmation: Confirmation,
): Promise<string> {
  const registration = await lockRegistration(statements, tokenHash, confirmation.at);
  if (registration) {
    await confirmRegistration(statements, registration, confirmation);
    return registration.email;
  }
  const change = await findMailToken(statements, { tokenHash, purpose: 'email', now: confirmation.at });
  // Of several requests at the same time, and of a reset that has dropped the token meanwhile, one is first.
  if (!change || !(await useMailToken(statements, tokenHash))) throw linkExpired();
  await changeAddress(statements, change, confirmation);
  return change.email;
}

async function changeAddress(
  statements: Statements,
  { userId, email }: { userId: string; email: string },
  { requireVerifiedEmail, at }: Confirmation,
): Promise<void> {
  const user = await findUser(statements, 'id', userId);
  if (!user) throw linkExpired();
  await statements.change('UPDATE users SET email = ?, email_key = ?, verified_at = ? WHERE id = ?', [
    email,
    emailKey(email),
    at,
    userId,
  ]);
  await dropMailTokens(statements, userId);
  await dropRegistration(statements, email);
  if (requireVerifiedEmail && user.isUnconfirmed) return;
  await queueMail(statements, { kind: 'email_changed', to: user.email });
}
