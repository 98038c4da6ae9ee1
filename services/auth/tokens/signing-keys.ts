import { type CryptoKey, createLocalJWKSet, importJWK, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Log } from '../../shared/runtime/log.ts';
import type { Database, Statements } from '../database/database.ts';
import { expiredKeys, KEY_CACHE_SECONDS, nextKey, signingKey } from './key-schedule.ts';
import { ALGORITHM, addKey, deleteKey, publicJwk, readKeys, type StoredKey } from './key-store.ts';

const LOCK_SECONDS = 10;
const RETRY_MS = 5_000;

export interface KeySet {
  signing: { kid: string; key: CryptoKey };
  /** The public halves of the next key, and of every key whose tokens may still be valid. */
  jwks: JSONWebKeySet;
  /** Finds the key of a token by its `kid`. */
  find: JWTVerifyGetKey;
}

/** Returns the current keys. Throws `unavailable` when they cannot be read and were never read before. */
export type SigningKeys = () => Promise<KeySet>;

interface Options {
  database: Database;
  rotationDays: number;
  /** Lifetime of an access token. */
  tokenSeconds: number;
  log: Log;
  now?: () => number;
}

/**
 * Signing keys that all replicas share through the database. A replica
 * that reads them when a new one is due rotates them.
 */
export function createSigningKeys(options: Options): SigningKeys {
  const { database, rotationDays, tokenSeconds, log, now = Date.now } = options;
  const rotationMs = rotationDays * 24 * 3600 * 1000;
  let cached: KeySet | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<KeySet> | undefined;

  const planRotation = (keys: StoredKey[]) => ({
    next: nextKey(keys, now(), rotationMs),
    expired: expiredKeys(keys, now(), tokenSeconds * 1000),
  });

  async function read(): Promise<KeySet> {
    let keys = await readKeys(database);
    const { next, expired } = planRotation(keys);
    if (next || expired.length > 0) keys = await database.withLock('signing-keys', LOCK_SECONDS, rotate);
    const signing = signingKey(keys, now());
    if (!signing) throw new Error('there is no signing key');
    const key = (await importJWK(signing.jwk, ALGORITHM)) as CryptoKey;
    const jwks = { keys: keys.map(publicJwk) };
    return { signing: { kid: signing.kid, key }, jwks, find: createLocalJWKSet(jwks) };
  }

  async function rotate(statements: Statements): Promise<StoredKey[]> {
    // The plan is made again under the lock, because another replica may have been first.
    const { next, expired } = planRotation(await readKeys(statements));
    if (next) await addKey(statements, { createdAt: now(), ...next });
    for (const { kid } of expired) await deleteKey(statements, kid);
    if (next) log.info({ signs_from: new Date(next.signsFrom).toISOString() }, 'new signing key');
    return readKeys(statements);
  }

  async function refresh(): Promise<KeySet> {
    try {
      cached = await read();
      freshUntil = now() + KEY_CACHE_SECONDS * 1000;
      return cached;
    } catch (error) {
      if (!cached) throw error;
      // The cached keys can still verify tokens. Without the database nobody can log in anyway.
      log.warn({ err: error }, 'the signing keys could not be read; the cached ones are used');
      freshUntil = now() + RETRY_MS;
      return cached;
    }
  }

  return async () => {
    if (cached && now() < freshUntil) return cached;
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };
}
