import { AppError } from '../../shared/runtime/errors.ts';
import { emailKey, requireEmailAddress } from '../accounts/email-address.ts';
import { checkPassword } from '../accounts/password-rules.ts';
import type { Passwords } from '../accounts/passwords.ts';
import { findUser, type StoredUser } from '../accounts/users.ts';
import type { Transactions } from '../database/database.ts';
import type { Limits } from '../limits/limits.ts';
import { whileAllowed } from '../mails/allowances.ts';
import { addMailToken, dropMailTokens, mailLink, newMailToken } from '../mails/mail-tokens.ts';
import { queueMail } from '../mails/outbox.ts';
import { takeAtLeast } from '../mails/take-at-least.ts';
import { endSessions, revoke } from '../revocations/revocations.ts';
import { isSameEpoch } from '../revocations/session-epoch.ts';
import type { RequirePassword } from './require-password.ts';
import type { RequireProof } from './require-proof.ts';
import type { SignedIn } from './signed-in.ts';

/** How long the link of a new address works. */
const CHANGE_MS = 24 * 3600 * 1000;

export interface ChangePorts {
  database: Transactions;
  passwords: Passwords;
  requirePassword: RequirePassword;
  requireProof: RequireProof;
  limits: Pick<Limits, 'countMail' | 'countAddressChange'>;
  /** Whether nothing is mailed to the address of an account that nobody has confirmed. Default: false. */
  requireVerifiedEmail?: boolean;
  publicUrl: string;
  wakeMails: () => void;
  now?: () => number;
  /** Milliseconds that an answer takes at least which must not tell whether there is an account. */
  minMs?: number | undefined;
}

/**
 * What the owner of an account changes. Each throws `wrong_password`, and `too_many_requests` after too many of them. Where the account
 * has no password, a new address and the deletion need a sign-in of the last ten minutes in its place.
 */
export interface AccountChanges {
  /** Ends the other sessions, and tells the owner by mail. Throws `weak_password`. */
  password(
    signedIn: SignedIn,
    passwords: { current: string; next: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Mails a link to the new address. The account keeps the old one until the link is opened. Throws `invalid_email`, and
   * `too_many_requests` after too many such mails. Whether the address belongs to another account is not told, also not by the time:
   * its owner gets a mail, where the address is confirmed.
   */
  email(
    signedIn: SignedIn,
    change: { password?: string | undefined; email: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Deletes the account. Gateways delete what it owns, see deletions.ts. */
  delete(signedIn: SignedIn, password: string | undefined, signal?: AbortSignal): Promise<void>;
}

export function createAccountChanges(ports: ChangePorts): AccountChanges {
  const { database, passwords, requirePassword, requireProof, limits, wakeMails } = ports;
  const { minMs, now = Date.now } = ports;

  return {
    async password({ user, sessionId }, { current, next }, signal) {
      checkPassword(next, user.email);
      await requirePassword(user, current, signal);
      const passwordHash = await passwords.hash(next, signal);
      await database.inTransaction(async (statements) => {
        if (!(await isSameEpoch(statements, user))) throw changedMeanwhile();
        await statements.change('UPDATE users SET password_hash = ? WHERE id = ?', [passwordHash, user.id]);
        await endSessions(statements, user.id, sessionId);
        await dropMailTokens(statements, user.id);
        await queueMail(statements, { kind: 'password_changed', to: user.email });
      });
      wakeMails();
    },

    async email(signedIn, { password, email: given }, signal) {
      const { user } = signedIn;
      const email = requireEmailAddress(given);
      await requireProof(signedIn, password, signal);
      await limits.countAddressChange(user.id);
      await limits.countMail();
      // Apart from the password, whose hash may take longer than that.
      await takeAtLeast(() => mailNewAddress(ports, user, { email, now: now() }), minMs);
    },

    async delete(signedIn, password, signal) {
      const { user } = signedIn;
      await requireProof(signedIn, password, signal);
      await database.inTransaction(async (statements) => {
        if (!(await isSameEpoch(statements, user))) throw changedMeanwhile();
        await statements.change('INSERT IGNORE INTO account_deletions (user_id, deleted_at) VALUES (?, ?)', [
          user.id,
          new Date(now()),
        ]);
        // By its own id, too: so gateways refuse whatever else proves this user, such as an API key.
        await revoke(statements, [user.id]);
        await endSessions(statements, user.id);
        await statements.change('DELETE FROM users WHERE id = ?', [user.id]);
        await queueMail(statements, { kind: 'account_deleted', to: user.email });
      });
      wakeMails();
    },
  };
}

/** One mail an hour goes to an address that has not agreed, whoever asks for it. */
async function mailNewAddress(
  { database, publicUrl, wakeMails, requireVerifiedEmail = false }: ChangePorts,
  user: StoredUser,
  { email, now }: { email: string; now: number },
): Promise<void> {
  const owner = await findUser(database, 'email_key', emailKey(email));
  const isOther = owner !== undefined && owner.id !== user.id;
  if (isOther && requireVerifiedEmail && owner.isUnconfirmed) return;
  const allowed = { emailKey: emailKey(email), kind: isOther ? 'exists' : 'change', now } as const;
  const { token, tokenHash } = newMailToken();
  const expiresAt = new Date(now + CHANGE_MS);
  const isQueued = await whileAllowed(database, allowed, async (statements) => {
    if (!(await isSameEpoch(statements, user))) throw changedMeanwhile();
    if (isOther) return queueMail(statements, { kind: 'account_exists', to: owner.email });
    await addMailToken(statements, { tokenHash, userId: user.id, purpose: 'email', email, expiresAt });
    const link = mailLink(publicUrl, 'change-email', token);
    await queueMail(statements, { kind: 'email_change', to: email, link, expiresAt });
  });
  if (isQueued) wakeMails();
}

const changedMeanwhile = (): AppError => new AppError('wrong_password', 'the password was changed meanwhile');
