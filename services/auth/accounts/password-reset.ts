import type { Statements, Transactions } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';
import { forgetAddresses } from '../limits/known-addresses.ts';
import { whileAllowed } from '../mails/allowances.ts';
import {
  addMailToken,
  dropMailTokens,
  findMailToken,
  linkExpired,
  mailLink,
  newMailToken,
  requireTokenHash,
  useMailToken,
} from '../mails/mail-tokens.ts';
import { queueMail } from '../mails/outbox.ts';
import { takeAtLeast } from '../mails/take-at-least.ts';
import { endSessions } from '../revocations/revocations.ts';
import { dropOtherWays, endApiKeys } from '../sign-in-ways.ts';
import { accountKey, emailKey, parseEmailAddress } from './email-address.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import { contestRegistration, dropRegistration } from './registrations.ts';
import { findUser, type RegisteredUser } from './users.ts';

const RESET_MS = 30 * 60_000;

export interface PasswordReset {
  /**
   * Mails a link with which the owner of an account chooses another password. Does nothing for an unknown address, and takes as
   * long. A registration that is not confirmed gets its mail again. To an account that nobody has confirmed goes one mail an hour.
   */
  request(email: string): Promise<void>;
  /**
   * Sets the password, and confirms the address, because its owner has got the mail. Ends all sessions and API keys. Where nobody had
   * confirmed the address before, a stranger may have registered with it: then each other way to sign in is removed, too.
   * Throws `link_expired` and `weak_password`; after the latter, the link still works.
   */
  confirm(token: string, password: string, signal?: AbortSignal): Promise<void>;
}

export interface PasswordResetPorts {
  database: Transactions;
  passwords: Passwords;
  publicUrl: string;
  wakeMails: () => void;
  /** Remembers the caller's address as one of the owner's, who has shown the link of a mail. */
  rememberOwner: (email: string) => Promise<void>;
  /** Whether addresses have to be confirmed. Default: false. */
  requireVerifiedEmail?: boolean;
  /** Mails the link of a registration that is not confirmed. */
  resend?: ((email: string) => Promise<void>) | undefined;
  now?: () => number;
  /** Milliseconds that an answer takes at least. */
  minMs?: number | undefined;
}

export function createPasswordReset(ports: PasswordResetPorts): PasswordReset {
  const { database, passwords, publicUrl, wakeMails, rememberOwner, resend, minMs, now = Date.now } = ports;
  const { requireVerifiedEmail = false } = ports;

  async function mailLinkTo(user: RegisteredUser): Promise<void> {
    const at = new Date(now());
    const isClosed = requireVerifiedEmail && user.isUnconfirmed === true;
    const kind = isClosed ? 'verify' : 'reset';
    const allowed = { emailKey: emailKey(user.email), kind, now: now() } as const;
    const isQueued = await whileAllowed(database, allowed, (statements) =>
      queueResetMail(statements, { user, publicUrl, at }),
    );
    // An earlier mail may belong to the registration of a stranger, and the allowance permits no other mail now. Whoever opens its link
    // must not get an account with the stranger's password.
    if (isClosed) await contestRegistration(database, user.email);
    if (isQueued) wakeMails();
  }

  return {
    request: (given) =>
      takeAtLeast(async () => {
        const email = parseEmailAddress(given);
        if (email === undefined) return;
        const user = await findUser(database, 'email_key', emailKey(email));
        await (user ? mailLinkTo(user) : resend?.(email));
      }, minMs),

    async confirm(token, password, signal) {
      const tokenHash = requireTokenHash(token);
      const found = await findMailToken(database, { tokenHash, purpose: 'reset', now: new Date(now()) });
      const user = found && (await findUser(database, 'id', found.userId));
      // Whoever has another address by now is not whom the mail went to.
      if (!user || emailKey(user.email) !== emailKey(found.email)) throw linkExpired();
      checkPassword(password, user.email);
      const passwordHash = await passwords.hash(password, signal);
      const reset = async (statements: Statements) => {
        if (!(await useMailToken(statements, tokenHash))) throw linkExpired();
        // The reset confirms the address, so a registration of it has nothing left to confirm.
        await dropRegistration(statements, user.email);
        const wasVerified = await setPassword(statements, {
          userId: user.id,
          passwordHash,
          at: new Date(now()),
        });
        await dropMailTokens(statements, user.id);
        await forgetAddresses(statements, accountKey(user.email), now());
        await endSessions(statements, user.id);
        await endApiKeys(statements, user.id);
        if (!wasVerified) await dropOtherWays(statements, user.id);
        await queueMail(statements, {
          kind: wasVerified ? 'password_reset' : 'account_claimed',
          to: user.email,
        });
      };
      await retryDeadlock(() => database.inTransaction(reset));
      wakeMails();
      await rememberOwner(user.email);
    },
  };
}

/** Sets the password of an account whose owner has got a mail. Returns whether the address was confirmed before. */
async function setPassword(
  { rows, change }: Statements,
  { userId, passwordHash, at }: { userId: string; passwordHash: string; at: Date },
): Promise<boolean> {
  const [row] = await rows<{ verified_at: Date | null }>(
    'SELECT verified_at FROM users WHERE id = ? FOR UPDATE',
    [userId],
  );
  if (!row) throw linkExpired();
  await change('UPDATE users SET password_hash = ?, verified_at = ? WHERE id = ?', [
    passwordHash,
    at,
    userId,
  ]);
  return row.verified_at !== null;
}

/** Queues the mail with which the owner of an account chooses a password. */
export async function queueResetMail(
  statements: Statements,
  { user, publicUrl, at }: { user: Pick<RegisteredUser, 'id' | 'email'>; publicUrl: string; at: Date },
): Promise<void> {
  const { token, tokenHash } = newMailToken();
  const expiresAt = new Date(at.getTime() + RESET_MS);
  await addMailToken(statements, {
    ...{ tokenHash, userId: user.id, purpose: 'reset' },
    ...{ email: user.email, expiresAt },
  });
  const link = mailLink(publicUrl, 'reset-password', token);
  await queueMail(statements, { kind: 'reset_password', to: user.email, link, expiresAt });
}
