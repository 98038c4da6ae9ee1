import { createHash, randomUUID } from 'node:crypto';
import { emailKey } from '../accounts/email-address.ts';
import { USER_COLUMNS, type User, type UserRow, userOf } from '../accounts/users.ts';
import type { Statements } from '../database/database.ts';
import type { Identity } from './identity.ts';

/** The id of an identity. By a hash, issuer and subject are compared byte for byte, and neither runs into the other. */
export const identityId = ({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');

export async function findByIdentity({ rows }: Statements, id: string): Promise<User | undefined> {
  const [row] = await rows<UserRow>(
    `SELECT ${USER_COLUMNS} FROM identities JOIN users ON users.id = user_id WHERE identities.id = ?`,
    [id],
  );
  return row && userOf(row);
}

export async function findByAddress({ rows }: Statements, email: string): Promise<User | undefined> {
  const [row] = await rows<UserRow>(`SELECT ${USER_COLUMNS} FROM users WHERE email_key = ?`, [
    emailKey(email),
  ]);
  return row && userOf(row);
}

/** Adds a user without a password, whose address the provider has verified. */
export async function addVerifiedUser({ change }: Statements, email: string, now: Date): Promise<User> {
  const id = randomUUID();
  await change('INSERT INTO users (id, email, email_key, verified_at, created_at) VALUES (?, ?, ?, ?, ?)', [
    ...[id, email, emailKey(email), now, now],
  ]);
  return { id, email };
}

export async function addIdentity(
  { change }: Statements,
  { identity, provider, userId, now }: { identity: Identity; provider: string; userId: string; now: Date },
): Promise<void> {
  const { issuer, subject, email = null } = identity;
  await change(
    `INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [identityId(identity), userId, provider, issuer, subject, email, now, now],
  );
}

/** Returns false where the user does not have the identity any more. It sees what others have committed since the snapshot was taken. */
export const noteIdentityUse = async (
  { change }: Statements,
  { identity, userId, now }: { identity: Identity; userId: string; now: Date },
): Promise<boolean> =>
  (await change('UPDATE identities SET last_used_at = ?, email = ? WHERE id = ? AND user_id = ?', [
    now,
    identity.email ?? null,
    identityId(identity),
    userId,
  ])) === 1;

/** Reads the user as it is now, and has other changes of it wait until the transaction ends. */
export async function lockedUser({ rows }: Statements, userId: string): Promise<User | undefined> {
  const [row] = await rows<UserRow>(`SELECT ${USER_COLUMNS} FROM users WHERE id = ? FOR UPDATE`, [userId]);
  return row && userOf(row);
}

export interface IdentityRow {
  id: string;
  provider: string;
  email: string | null;
  created_at: Date;
  last_used_at: Date | null;
}

export const readIdentities = ({ rows }: Statements, userId: string): Promise<IdentityRow[]> =>
  rows<IdentityRow>(
    'SELECT id, provider, email, created_at, last_used_at FROM identities WHERE user_id = ? ORDER BY created_at, id',
    [userId],
  );

export const deleteIdentity = async ({ change }: Statements, userId: string, id: string): Promise<boolean> =>
  (await change('DELETE FROM identities WHERE id = ? AND user_id = ?', [id, userId])) === 1;
