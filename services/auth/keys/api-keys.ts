import { createHash } from 'node:crypto';
import { composeApiKey, parseApiKey } from '../../shared/contract/api-key.ts';
import type { Scope } from '../../shared/contract/scopes.ts';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { lockAccount } from '../accounts/lock-account.ts';
import { invalidToken } from '../credentials.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { queueMail } from '../mails/outbox.ts';
import type { SignedIn } from '../own-account/signed-in.ts';
import { revoke } from '../revocations/revocations.ts';
import {
  type ApiKey,
  addApiKey,
  deleteApiKey,
  deleteExpiredKeys,
  noteUse,
  readApiKey,
  readApiKeys,
  type StoredApiKey,
} from './api-key-store.ts';
import { type KeyIds, newKeySecret } from './key-ids.ts';

const DAY_MS = 24 * 3600 * 1000;
const MAX_KEYS = 50;
/** How long the owner sees that a key has expired. */
const EXPIRED_MS = 30 * DAY_MS;
/** The resolution of the time of the last use. */
const USE_MS = 60_000;

export interface NewApiKey {
  name: string;
  scopes: Scope[];
  expiresInDays: number;
}

/** Keys by which programs use the API for an account, without its password. Only the hash of a key is stored. */
export interface ApiKeys {
  /** Makes a key, and tells the owner by mail. Its text is returned here alone. Throws `state_conflict` where the account has too many. */
  create(signedIn: SignedIn, wanted: NewApiKey): Promise<{ key: ApiKey; text: string }>;
  /** Returns the keys of a user, also those that have expired within 30 days, the newest first. */
  list(userId: string): Promise<ApiKey[]>;
  /** Ends a key. Throws `not_found`, also for a key of another user. */
  delete(userId: string, id: string): Promise<void>;
  /** Returns the key of this text and its owner, and notes the use. Throws `invalid_token`, also where the address of the owner has to be confirmed first. */
  check(text: string): Promise<StoredApiKey>;
  /** Deletes the keys that expired more than 30 days ago. */
  deleteExpired(): Promise<void>;
}

interface Options {
  database: Transactions;
  ids: KeyIds;
  /** Whether the keys of an account whose address nobody has confirmed do not count. Default: false. */
  requireVerifiedEmail?: boolean | undefined;
  now?: () => number;
}

export function createApiKeys(options: Options): ApiKeys {
  const { database, ids, requireVerifiedEmail = false, now = Date.now } = options;
  return {
    async create({ user, sessionId }, { name, scopes, expiresInDays }) {
      const secret = newKeySecret();
      const createdAt = new Date(now());
      const expiresAt = new Date(now() + expiresInDays * DAY_MS);
      const key: ApiKey = { id: ids.create(), name, scopes, createdAt, expiresAt, lastUsedAt: null };
      await database.inTransaction(async (statements) => {
        await lockAccount(statements, user.id, sessionId);
        await requireRoom(statements, user.id, createdAt);
        await addApiKey(statements, { ...key, userId: user.id, secretHash: digest(secret) });
        await queueMail(statements, { kind: 'new_api_key', to: user.email, detail: name });
      });
      return { key, text: composeApiKey({ id: key.id, secret }) };
    },

    list: (userId) => readApiKeys(database, userId),

    async delete(userId, id) {
      await database.inTransaction(async (statements) => {
        if (!(await deleteApiKey(statements, userId, id)))
          throw new AppError('not_found', 'you have no API key with this id');
        await revoke(statements, [id]);
      });
    },

    deleteExpired: () => deleteExpiredKeys(database, new Date(now() - EXPIRED_MS)),

    async check(text) {
      const parts = parseApiKey(text);
      if (!parts || !ids.isOurs(parts.id)) throw invalidToken();
      const stored = await readApiKey(database, parts.id);
      if (!stored || !constantTimeEqual(digest(parts.secret), stored.secretHash)) throw invalidToken();
      if (stored.expiresAt.getTime() <= now()) throw invalidToken();
      if (requireVerifiedEmail && stored.user.isUnconfirmed) throw invalidToken();
      await noteUse(database, stored.id, new Date(now()), new Date(now() - USE_MS));
      return stored;
    },
  };
}

/** A fast hash is enough for a secret of 256 random bits, which nobody can guess. */
const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Throws `state_conflict` where the account has as many keys as it may. */
async function requireRoom({ rows }: Statements, userId: string, at: Date): Promise<void> {
  const [row] = await rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM api_keys WHERE user_id = ? AND expires_at > ?',
    [userId, at],
  );
  if (Number(row?.count) >= MAX_KEYS)
    throw new AppError('state_conflict', `an account has at most ${MAX_KEYS} API keys: delete one first`);
}
