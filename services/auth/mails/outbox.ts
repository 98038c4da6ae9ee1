import { randomUUID } from 'node:crypto';
import { type AccountMail, accountMail } from '../../shared/contract/account-mail.ts';
import { deleteInBatches, type Statements } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';

/** A mail of which nobody needs to know later, such as one that says that a password was changed. */
const DAY_MS = 24 * 3600 * 1000;

export interface QueuedMail extends Pick<AccountMail, 'kind' | 'to'> {
  /** The link of the mail, with its token. Null for a mail that only informs. */
  link?: string | null;
  /** Untrusted text of at most 200 characters, such as the name of a way to sign in. */
  detail?: string | null;
  /** When the mail is of no use any more. By default in a day. */
  expiresAt?: Date;
}

/**
 * Adds a mail to the outbox. Call it with the statements of the transaction that makes the change, so that there is a mail for each
 * change, and none for a change that failed. The loop in send-mails.ts sends it within a second.
 */
export async function queueMail({ change }: Pick<Statements, 'change'>, queued: QueuedMail): Promise<void> {
  const { kind, to, link = null, detail = null } = queued;
  const now = new Date();
  const expiresAt = queued.expiresAt ?? new Date(now.getTime() + DAY_MS);
  const id = randomUUID();
  const mail = accountMail.parse({ id, kind, to, link, detail, expires_at: expiresAt.toISOString() });
  await change('INSERT INTO mail_outbox (id, mail, created_at, expires_at, due_at) VALUES (?, ?, ?, ?, ?)', [
    id,
    JSON.stringify(mail),
    now,
    expiresAt,
    now,
  ]);
}

export interface ClaimedMail {
  mail: AccountMail;
  /** How often it was tried before. */
  attempts: number;
}

/**
 * Takes mails that are due, the oldest first, and moves them on in time, so that no other replica takes them meanwhile. Where this
 * process dies, they are due again after `leaseMs`.
 */
export async function claimDueMails(
  { change, rows }: Statements,
  { limit, leaseMs, now }: { limit: number; leaseMs: number; now: Date },
): Promise<ClaimedMail[]> {
  const claim = randomUUID();
  // Replicas that look at the same moment may wait for each other.
  const claimed = await retryDeadlock(() =>
    change(
      `UPDATE mail_outbox SET claim = ?, due_at = ?, attempts = attempts + 1
        WHERE due_at <= ? ORDER BY due_at LIMIT ${limit}`,
      [claim, new Date(now.getTime() + leaseMs), now],
    ),
  );
  if (claimed === 0) return [];
  const found = await rows<{ mail: string; attempts: number }>(
    'SELECT mail, attempts FROM mail_outbox WHERE due_at > ? AND claim = ?',
    [now, claim],
  );
  return found.map(({ mail, attempts }) => ({
    mail: JSON.parse(mail) as AccountMail,
    attempts: Number(attempts) - 1,
  }));
}

export const removeMail = ({ change }: Statements, id: string): Promise<number> =>
  change('DELETE FROM mail_outbox WHERE id = ?', [id]);

/** Lets the mail be tried again at that time. */
export const postponeMail = ({ change }: Statements, id: string, dueAt: Date): Promise<number> =>
  change('UPDATE mail_outbox SET due_at = ?, claim = NULL WHERE id = ?', [dueAt, id]);

/** Returns how many mails have expired unsent, and deletes them. */
export async function dropExpiredMails(database: Statements, now: Date): Promise<number> {
  const [row] = await database.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM mail_outbox WHERE expires_at <= ?',
    [now],
  );
  const count = Number(row?.count ?? 0);
  if (count > 0) await deleteInBatches(database, 'DELETE FROM mail_outbox WHERE expires_at <= ?', [now]);
  return count;
}
