import { type CryptoKey, createLocalJWKSet, importJWK, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Log } from '../shared/runtime/log.ts';
import type { Database, Statements } from './database.ts';
import { deadKeys, KEY_CACHE_SECONDS, nextKey, signingKey } from './key-schedule.ts';
import { ALGORITHM, addKey, deleteKey, publicJwk, readKeys, type StoredKey } from './key-store.ts';

const LOCK_SECONDS = 10;
const RETRY_MS = 5_000;

export interface KeySet {
  signing: { kid: string; key: CryptoKey };
  /** Public halves of every key of which a token may still be valid, and of the next. */
  jwks: JSONWebKeySet;
  /** Finds the key of a token by its `kid`. */
  find: JWTVerifyGetKey;
}

/** The keys as they are now; throws `unavailable` when they were never read and cannot be. */
export type SigningKeys = () => Promise<KeySet>;

interface Options {
  database: Database;
  rotationDays: number;
  /** Lifetime of an access token, in seconds. */
  tokenSeconds: number;
  log: Log;
  now?: () => number;
}

/** Signing keys that all replicas share through the database; whoever reads them when one is due rotates them. */
export function createSigningKeys(options: Options): SigningKeys {
  const { database, rotationDays, tokenSeconds, log, now = Date.now } = options;
  const rotationMs = rotationDays * 24 * 3600 * 1000;
  let known: KeySet | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<KeySet> | undefined;

  const upkeep = (keys: StoredKey[]) => ({
    next: nextKey(keys, now(), rotationMs),
    dead: deadKeys(keys, now(), tokenSeconds * 1000),
  });

  async function read(): Promise<KeySet> {
    let keys = await readKeys(database);
    const { next, dead } = upkeep(keys);
    if (next || dead.length > 0) keys = await database.locked('signing-keys', LOCK_SECONDS, rotate);
    const signing = signingKey(keys, now());
    if (!signing) throw new Error('there is no signing key');
    const key = (await importJWK(signing.jwk, ALGORITHM)) as CryptoKey;
    const jwks = { keys: keys.map(publicJwk) };
    return { signing: { kid: signing.kid, key }, jwks, find: createLocalJWKSet(jwks) };
  }

  async function rotate(statements: Statements): Promise<StoredKey[]> {
    // Again, under the lock: another replica may have been first.
    const { next, dead } = upkeep(await readKeys(statements));
    if (next) await addKey(statements, { createdAt: now(), ...next });
    for (const { kid } of dead) await deleteKey(statements, kid);
    if (next) log.info({ signs_from: new Date(next.signsFrom).toISOString() }, 'new signing key');
    return readKeys(statements);
  }

  async function refresh(): Promise<KeySet> {
    try {
      known = await read();
      freshUntil = now() + KEY_CACHE_SECONDS * 1000;
      return known;
    } catch (error) {
      if (!known) throw error;
      // Tokens can be checked without the database; nobody can log in meanwhile anyway.
      log.warn({ err: error }, 'could not read the signing keys; using those that are known');
      freshUntil = now() + RETRY_MS;
      return known;
    }
  }

  return async () => {
    if (known && now() < freshUntil) return known;
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
