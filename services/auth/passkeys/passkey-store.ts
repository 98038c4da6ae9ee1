import { createHash, randomBytes } from 'node:crypto';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import type { Statements } from '../database/database.ts';

type Transport = NonNullable<WebAuthnCredential['transports']>[number];

export interface Passkey {
  /** Random; by which its owner names it. */
  publicId: string;
  name: string;
  credential: WebAuthnCredential;
  /** Whether it is synchronised between devices. */
  isBackedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
  userId: string;
}

interface Row {
  public_id: string;
  name: string;
  id: Buffer;
  public_key: Buffer;
  counter: number | string;
  transports: string;
  backed_up: number;
  created_at: Date;
  last_used_at: Date | null;
  user_id: string;
}

const COLUMNS =
  'public_id, name, id, public_key, counter, transports, backed_up, created_at, last_used_at, user_id';

const digest = (credentialId: string): string =>
  createHash('sha256').update(Buffer.from(credentialId, 'base64url')).digest('hex');

export const newPublicId = (): string => randomBytes(16).toString('base64url');

const toPasskey = (row: Row): Passkey => ({
  publicId: row.public_id,
  name: row.name,
  credential: {
    id: row.id.toString('base64url'),
    publicKey: new Uint8Array(row.public_key),
    counter: Number(row.counter),
    transports: row.transports.split(' ').filter(Boolean) as Transport[],
  },
  isBackedUp: Number(row.backed_up) === 1,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  userId: row.user_id,
});

/** Throws the error of a duplicate key where the credential belongs to an account already. */
export async function addPasskey({ change }: Statements, passkey: Passkey): Promise<void> {
  const { credential, publicId, name, isBackedUp, createdAt, userId } = passkey;
  await change(
    `INSERT INTO passkeys (id, id_hash, user_id, public_id, name, public_key, counter, transports, backed_up, created_at)
     VALUES (UNHEX(?), ?, ?, ?, ?, UNHEX(?), ?, ?, ?, ?)`,
    [
      ...[Buffer.from(credential.id, 'base64url').toString('hex'), digest(credential.id)],
      ...[userId, publicId, name, Buffer.from(credential.publicKey).toString('hex')],
      ...[String(credential.counter), (credential.transports ?? []).join(' ').slice(0, 255)],
      ...[isBackedUp ? 1 : 0, createdAt],
    ],
  );
}

/** Returns the passkeys of a user, the oldest first. */
export async function readPasskeys({ rows }: Statements, userId: string): Promise<Passkey[]> {
  const found = await rows<Row>(
    `SELECT ${COLUMNS} FROM passkeys WHERE user_id = ? ORDER BY created_at, public_id`,
    [userId],
  );
  return found.map(toPasskey);
}

export async function findPasskey({ rows }: Statements, credentialId: string): Promise<Passkey | undefined> {
  const [row] = await rows<Row>(`SELECT ${COLUMNS} FROM passkeys WHERE id_hash = ?`, [digest(credentialId)]);
  return row && toPasskey(row);
}

/** Notes a use. Returns false where another use of the same count was faster: the key may have been copied. */
export async function notePasskeyUse(
  { change }: Statements,
  { credential }: Passkey,
  { counter, isBackedUp, now }: { counter: number; isBackedUp: boolean; now: Date },
): Promise<boolean> {
  const changed = await change(
    `UPDATE passkeys SET counter = ?, backed_up = ?, last_used_at = ?
      WHERE id_hash = ? AND (counter < ? OR (counter = 0 AND ? = 0))`,
    [String(counter), isBackedUp ? 1 : 0, now, digest(credential.id), String(counter), String(counter)],
  );
  return changed === 1;
}

export const renamePasskey = async (
  { change }: Statements,
  { userId, publicId, name }: { userId: string; publicId: string; name: string },
): Promise<boolean> =>
  (await change('UPDATE passkeys SET name = ? WHERE public_id = ? AND user_id = ?', [
    name,
    publicId,
    userId,
  ])) === 1;

export const deletePasskey = async (
  { change }: Statements,
  userId: string,
  publicId: string,
): Promise<boolean> =>
  (await change('DELETE FROM passkeys WHERE public_id = ? AND user_id = ?', [publicId, userId])) === 1;
