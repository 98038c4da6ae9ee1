import { replaceInvisible } from '../../shared/runtime/visible-text.ts';
import { USER_COLUMNS, type User, type UserRow, userOf } from '../accounts/users.ts';
import { deleteInBatches, type Statements, type Transactions } from '../database/database.ts';
import { revoke } from '../revocations/revocations.ts';

/** Characters of a user agent that are kept. */
const MAX_USER_AGENT = 200;

/** A session with its user, in the names of the columns. */
export interface StoredSession extends UserRow {
  token_hash: string;
  expires_at: Date;
  /** Null before the first exchange. */
  seed: string | null;
  exchanged_at: Date | null;
}

/** Untrusted text on one line. */
function boundedUserAgent(text: string): string | null {
  const line = replaceInvisible(text.slice(0, 4 * MAX_USER_AGENT).toWellFormed(), ' ').trim();
  return [...line].slice(0, MAX_USER_AGENT).join('') || null;
}

/** Adds a session, unless all sessions of the user were ended since the epoch that is given, or there is no such user. */
export async function addSession(
  { change }: Statements,
  session: {
    id: string;
    userId: string;
    sessionEpoch: number;
    tokenHash: string;
    createdAt: Date;
    expiresAt: Date;
    userAgent?: string | undefined;
  },
): Promise<boolean> {
  // The lock has it wait for a transaction that ends the sessions at this moment, and then see the new epoch.
  const added = await change(
    `INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at, user_agent)
       SELECT ?, id, ?, ?, ?, ? FROM users WHERE id = ? AND session_epoch = ? LOCK IN SHARE MODE`,
    [
      ...[session.id, session.tokenHash, session.createdAt, session.expiresAt],
      session.userAgent === undefined ? null : boundedUserAgent(session.userAgent),
      ...[session.userId, session.sessionEpoch],
    ],
  );
  return added === 1;
}

/** Returns undefined when there is no such session. Returns an expired session too. */
export async function readSession({ rows }: Statements, id: string): Promise<StoredSession | undefined> {
  const [row] = await rows<StoredSession>(
    `SELECT ${USER_COLUMNS}, token_hash, expires_at, seed, exchanged_at
       FROM sessions JOIN users ON users.id = sessions.user_id
       LEFT JOIN refresh_exchanges ON session_id = sessions.id WHERE sessions.id = ?`,
    [id],
  );
  return row;
}

/** Finds the user of a session that has not ended. */
export async function findBySession(
  { rows }: Statements,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<User | undefined> {
  const [row] = await rows<UserRow>(
    `SELECT ${USER_COLUMNS} FROM sessions JOIN users ON users.id = user_id
      WHERE sessions.id = ? AND user_id = ?`,
    [sessionId, userId],
  );
  return row && userOf(row);
}

export interface TokenExchange {
  sessionId: string;
  /** Hashes of the token that is exchanged, and of the one that follows it. */
  fromHash: string;
  toHash: string;
  seed: string;
  at: Date;
  expiresAt: Date;
  /** Whether the session was read without an exchange before this one. */
  isFirst: boolean;
}

/** Replaces the newest token. Returns false when `fromHash` is not that of the newest token. */
export async function exchangeToken({ change }: Statements, exchange: TokenExchange): Promise<boolean> {
  const { sessionId, fromHash, toHash, seed, at, expiresAt, isFirst } = exchange;
  if (isFirst) {
    // IGNORE also covers a session that was ended meanwhile, to which the row could not refer.
    await change('INSERT IGNORE INTO refresh_exchanges (session_id, seed, exchanged_at) VALUES (?, ?, ?)', [
      sessionId,
      seed,
      at,
    ]);
  }
  // One statement decides, so that only one of several simultaneous requests with one token exchanges it, at whichever
  // replica.
  const changed = await change(
    `UPDATE sessions JOIN refresh_exchanges ON session_id = sessions.id
        SET token_hash = ?, expires_at = ?, last_used_at = ?, seed = ?, exchanged_at = ?
      WHERE sessions.id = ? AND token_hash = ?`,
    [toHash, expiresAt, at, seed, at, sessionId, fromHash],
  );
  return changed > 0;
}

/** Ends a session, and has gateways refuse its access tokens. Returns false when there was no such session. */
export const deleteSession = (database: Transactions, id: string): Promise<boolean> =>
  database.inTransaction(async (statements) => {
    const isEnded = (await statements.change('DELETE FROM sessions WHERE id = ?', [id])) === 1;
    if (isEnded) await revoke(statements, [id]);
    return isEnded;
  });

export const deleteExpiredSessions = (database: Statements, now: Date): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM sessions WHERE expires_at <= ?', [now]);
