import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Statements } from '../database/database.ts';
import type { KeyTimes } from './key-schedule.ts';

export const ALGORITHM = 'EdDSA';

/** A signing key with its private half. */
export interface StoredKey extends KeyTimes {
  jwk: JWK;
}

/** Reads all keys, in no particular order. */
export async function readKeys({ rows }: Statements): Promise<StoredKey[]> {
  const found = await rows<{ kid: string; private_jwk: string; created_at: Date; signs_from: Date }>(
    'SELECT kid, private_jwk, created_at, signs_from FROM signing_keys',
  );
  return found.map((row) => ({
    kid: row.kid,
    jwk: JSON.parse(row.private_jwk) as JWK,
    createdAt: row.created_at.getTime(),
    signsFrom: row.signs_from.getTime(),
  }));
}

/** Generates a key and stores it. The times are in ms since 1970. */
export async function addKey(
  { change }: Statements,
  times: { createdAt: number; signsFrom: number },
): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  await change('INSERT INTO signing_keys (kid, private_jwk, created_at, signs_from) VALUES (?, ?, ?, ?)', [
    crypto.randomUUID(),
    JSON.stringify(jwk),
    new Date(times.createdAt),
    new Date(times.signsFrom),
  ]);
}

export async function deleteKey({ change }: Statements, kid: string): Promise<void> {
  await change('DELETE FROM signing_keys WHERE kid = ?', [kid]);
}

/** Returns the public half. Only the members that are named here are public, so that the private one cannot leak. */
export const publicJwk = ({ kid, jwk }: StoredKey): JWK => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: String(jwk.x),
  kid,
  alg: ALGORITHM,
  use: 'sig',
});
