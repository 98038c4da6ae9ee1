import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/runtime/errors.ts';
import { deleteInBatches, type Statements } from '../database/database.ts';

/** What the token of a mail allows: another address for an account, or another password. */
export type TokenPurpose = 'email' | 'reset';

/** What the page does with a token. It posts the token, so that a mail scanner that follows the link uses nothing up. */
type LinkAction = 'verify-email' | 'change-email' | 'reset-password';

const TOKEN = /^[\w-]{43}$/;

/**
 * 256 random bits in base64url. Of a token, the SHA-256 alone is stored; the link of its mail is in the outbox, as text that can be read,
 * until notification has sent the mail or the mail has expired.
 */
export function newMailToken(): { token: string; tokenHash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: hashOf(token) };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Returns the hash under which a token is stored. Throws `link_expired` for a text that is none. */
export function requireTokenHash(token: string): string {
  if (!TOKEN.test(token)) throw linkExpired();
  return hashOf(token);
}

/** The error is the same for a link that was used, that has expired, or that never was. */
export const linkExpired = (): AppError =>
  new AppError(
    'link_expired',
    'this link was used already, or has expired; sign in to see whether it counted, or ask for another one',
  );

/**
 * Leads to the page of the gateway, see services/gateway/page/app/route.ts. The token is in the fragment, which no browser sends and
 * so no server logs. @param publicUrl of the gateway
 */
export const mailLink = (publicUrl: string, action: LinkAction, token: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/#/${action}/${token}`;

export interface MailToken {
  tokenHash: string;
  userId: string;
  purpose: TokenPurpose;
  /** The address to which the mail goes. */
  email: string;
  expiresAt: Date;
}

/**
 * Stores a token in the place of an earlier one of the user for the same purpose, which becomes invalid. It is one statement, because a
 * DELETE that finds nothing locks the gap into which the INSERTs for other users go.
 */
export async function addMailToken({ change }: Pick<Statements, 'change'>, token: MailToken): Promise<void> {
  const { tokenHash, userId, purpose, email, expiresAt } = token;
  const now = new Date();
  await change(
    `INSERT INTO mail_tokens (token_hash, user_id, purpose, email, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE token_hash = ?, email = ?, created_at = ?, expires_at = ?`,
    [tokenHash, userId, purpose, email, now, expiresAt, tokenHash, email, now, expiresAt],
  );
}

/** Returns whose token it is, and for which address, where it is valid. */
export async function findMailToken(
  { rows }: Pick<Statements, 'rows'>,
  { tokenHash, purpose, now }: { tokenHash: string; purpose: TokenPurpose; now: Date },
): Promise<{ userId: string; email: string } | undefined> {
  const [row] = await rows<{ user_id: string; email: string }>(
    'SELECT user_id, email FROM mail_tokens WHERE token_hash = ? AND purpose = ? AND expires_at > ?',
    [tokenHash, purpose, now],
  );
  return row && { userId: row.user_id, email: row.email };
}

/** Uses a token up. Returns false where another request was first. */
export const useMailToken = async (
  { change }: Pick<Statements, 'change'>,
  tokenHash: string,
): Promise<boolean> => (await change('DELETE FROM mail_tokens WHERE token_hash = ?', [tokenHash])) === 1;

/** Makes all links of the mails to a user invalid. */
export const dropMailTokens = ({ change }: Pick<Statements, 'change'>, userId: string): Promise<number> =>
  change('DELETE FROM mail_tokens WHERE user_id = ?', [userId]);

export const deleteExpiredTokens = (database: Statements, now: Date): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM mail_tokens WHERE expires_at <= ?', [now]);
