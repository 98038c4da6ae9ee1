import type { Scope } from '../../shared/contract/scopes.ts';
import { type User, type UserRow, userOf } from '../accounts/users.ts';
import { deleteInBatches, type Statements } from '../database/database.ts';

/** A key without its secret. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  expiresAt: Date;
  /** To the minute. Null for a key that was never used. */
  lastUsedAt: Date | null;
}

interface Row {
  id: string;
  name: string;
  scopes: string;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
}

const COLUMNS = 'api_keys.id, name, scopes, api_keys.created_at, expires_at, last_used_at';

const toApiKey = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes.split(' ') as Scope[],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});

export async function addApiKey(
  { change }: Statements,
  { userId, secretHash, ...key }: ApiKey & { userId: string; secretHash: string },
): Promise<void> {
  await change(
    `INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [key.id, userId, key.name, secretHash, key.scopes.join(' '), key.createdAt, key.expiresAt],
  );
}

/** Returns the keys of a user, the newest first. */
export async function readApiKeys({ rows }: Statements, userId: string): Promise<ApiKey[]> {
  const found = await rows<Row>(
    `SELECT ${COLUMNS} FROM api_keys WHERE user_id = ? ORDER BY created_at DESC, id`,
    [userId],
  );
  return found.map(toApiKey);
}

export interface StoredApiKey extends ApiKey {
  secretHash: string;
  user: User;
}

export async function readApiKey({ rows }: Statements, id: string): Promise<StoredApiKey | undefined> {
  const [row] = await rows<Row & UserRow & { secret_hash: string; user_id: string }>(
    `SELECT ${COLUMNS}, secret_hash, user_id, email, account_group, verified_at
       FROM api_keys JOIN users ON users.id = user_id WHERE api_keys.id = ?`,
    [id],
  );
  return row && { ...toApiKey(row), secretHash: row.secret_hash, user: userOf({ ...row, id: row.user_id }) };
}

/** Notes a use, unless one was noted after `earlier`: a key that is used all the time is written once a minute. */
export async function noteUse({ change }: Statements, id: string, at: Date, earlier: Date): Promise<void> {
  await change(
    'UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)',
    [at, id, earlier],
  );
}

/** Deletes the keys that expired before a time. */
export const deleteExpiredKeys = (database: Statements, before: Date): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM api_keys WHERE expires_at < ?', [before]);

/** Returns false where the user has no such key. */
export const deleteApiKey = async ({ change }: Statements, userId: string, id: string): Promise<boolean> =>
  (await change('DELETE FROM api_keys WHERE id = ? AND user_id = ?', [id, userId])) === 1;
