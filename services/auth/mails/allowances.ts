import { deleteInBatches, type Statements, type Transactions } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const NEVER = new Date(0);

/** How often one address may get a mail that somebody else may have caused, in ms and by day. */
const ALLOWANCES = {
  /** To an address whose owner has not agreed to any mail yet. */
  verify: { pauseMs: HOUR_MS, perDay: 3 },
  /** To an address to which the owner of an account wants to change. It takes nothing from a registration with that address. */
  change: { pauseMs: HOUR_MS, perDay: 3 },
  /** To the owner of an account, because somebody registers with the address. */
  exists: { pauseMs: HOUR_MS, perDay: 3 },
  /** To the owner of an account, who may need a second one soon, because the first got lost. */
  reset: { pauseMs: 120_000, perDay: 10 },
  /** To the owner of an account, because somebody with its password tries codes. */
  wrong_codes: { pauseMs: DAY_MS, perDay: 1 },
} as const;

export type Allowance = keyof typeof ALLOWANCES;

export interface Allowed {
  emailKey: string;
  kind: Allowance;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Does `work`, which queues a mail, where such a mail may be sent now, and counts it in the same transaction. Of several at the same
 * time, at any replica, one does. Returns whether it was done.
 * @param work changes nothing but the database: it is done again after a deadlock
 */
export async function whileAllowed(
  database: Transactions,
  allowed: Allowed,
  work: (statements: Statements) => Promise<void>,
): Promise<boolean> {
  // Not within the transaction: the lock of a row that was there already could not be raised to that of the update.
  await retryDeadlock(() =>
    database.change(
      'INSERT IGNORE INTO mail_allowances (email_key, kind, last_at, day_began_at, mails) VALUES (?, ?, ?, ?, 0)',
      [allowed.emailKey, allowed.kind, NEVER, NEVER],
    ),
  );
  return retryDeadlock(() =>
    database.inTransaction(async (statements) => {
      if (!(await take(statements, allowed))) return false;
      await work(statements);
      return true;
    }),
  );
}

async function take({ change }: Statements, { emailKey, kind, now }: Allowed): Promise<boolean> {
  const { pauseMs, perDay } = ALLOWANCES[kind];
  const [at, dayAgo] = [new Date(now), new Date(now - DAY_MS)];
  // The assignments are made from left to right, so the count goes by the day that is stored.
  const counted = await change(
    `UPDATE mail_allowances
        SET mails = IF(day_began_at <= ?, 1, mails + 1),
            day_began_at = IF(day_began_at <= ?, ?, day_began_at), last_at = ?
      WHERE email_key = ? AND kind = ? AND last_at <= ? AND (day_began_at <= ? OR mails < ?)`,
    [dayAgo, dayAgo, at, at, emailKey, kind, new Date(now - pauseMs), dayAgo, perDay],
  );
  return counted > 0;
}

/** Whether such a mail could be sent now. */
export async function hasAllowance(
  { rows }: Pick<Statements, 'rows'>,
  { emailKey, kind, now }: Allowed,
): Promise<boolean> {
  const { pauseMs, perDay } = ALLOWANCES[kind];
  const spent = await rows(
    `SELECT kind FROM mail_allowances WHERE email_key = ? AND kind = ?
        AND (last_at > ? OR (day_began_at > ? AND mails >= ?))`,
    [emailKey, kind, new Date(now - pauseMs), new Date(now - DAY_MS), perDay],
  );
  return spent.length === 0;
}

export const deleteOldAllowances = (database: Statements, now: number): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM mail_allowances WHERE last_at <= ?', [new Date(now - DAY_MS)]);
