import { createHmac, randomBytes } from 'node:crypto';
import { ID_LENGTH, SECRET_LENGTH, toBase62 } from '../../shared/contract/api-key.ts';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import type { Statements } from '../database/database.ts';
import { readSharedSecret } from '../database/shared-secret.ts';

const RANDOM_LENGTH = 10;

/** The ids of API keys. Only auth can make them, so that an invented key is refused without reading the database. */
export interface KeyIds {
  create(): string;
  isOurs(id: string): boolean;
}

/** Ends each id with an HMAC of the rest. All replicas share its key, which never changes. */
export function createKeyIds(secret: string): KeyIds {
  const seal = (random: string): string =>
    random + base62Of(createHmac('sha256', secret).update(random).digest(), ID_LENGTH - RANDOM_LENGTH);
  return {
    create: () => seal(base62Of(randomBytes(32), RANDOM_LENGTH)),
    isOurs: (id) => constantTimeEqual(seal(id.slice(0, RANDOM_LENGTH)), id),
  };
}

/** Reads the key of the HMAC. */
export const readKeyIdSecret = (database: Statements): Promise<string> =>
  readSharedSecret(database, 'api-key-ids');

/** 256 random bits. */
export const newKeySecret = (): string => base62Of(randomBytes(32), SECRET_LENGTH);

const base62Of = (bytes: Buffer, length: number): string =>
  toBase62(BigInt(`0x${bytes.toString('hex')}`), length);
