import { type User, userOf } from '../accounts/users.ts';
import type { Transactions } from '../database/database.ts';
import { digest, firstToken, newSeed, newSessionId, nextToken, sessionOf } from './refresh-token-format.ts';
import {
  addSession,
  deleteExpiredSessions,
  deleteSession,
  exchangeToken,
  readSession,
  type StoredSession,
} from './session-store.ts';

/**
 * How long after an exchange the same token is exchanged for the same next one. It covers a response that was lost, after
 * which the sidecar (components/app/resiliency.yaml) or the client repeats the request, and clients that refresh twice at the
 * same time. Auth0 calls it the reuse interval, Okta the grace period.
 */
const REUSE_MS = 30_000;

/**
 * Refresh tokens. A login starts a session: a family of tokens, each of which follows the one before. Only the hash of the
 * newest token is stored. An older token ends the session when it is used, because a thief and the owner must both have it
 * (RFC 9700, section 4.14.2). The one exception is the token right before the newest one, for {@link REUSE_MS}.
 *
 * In that case the same next token is issued again, so that the family never splits. A thief who uses the exception has the
 * same next token as the owner, and the second of the two to use it after the interval ends the session. Once the next token
 * has been exchanged, its response must have arrived, and nobody has a reason to repeat the older token. Using that ends the
 * session at any time.
 */
export interface Sessions {
  /**
   * Returns the first refresh token. It need not be idempotent: when the response to a login is lost, the next login starts
   * another session, and nobody knows the token of this one. Returns undefined where all sessions of the user were ended since the
   * epoch in which the user was read.
   */
  start(
    userId: string,
    options?: { isGuest: boolean; sessionEpoch: number; userAgent?: string | undefined },
  ): Promise<string | undefined>;
  /** Exchanges a token for the next one. Returns undefined when the token is not valid, or not any more. */
  rotate(token: string): Promise<{ user: User; token: string } | undefined>;
  /** Revokes every token of the family. Idempotent: an unknown token is not an error. */
  end(token: string): Promise<void>;
  deleteExpired(): Promise<void>;
}

interface Options {
  database: Transactions;
  /** How long a token is valid if it is not used. */
  seconds: number;
  /** The same for a token of a guest. */
  guestSeconds: number;
  onReuse: (userId: string) => void;
  now?: () => number;
}

export function createSessions(options: Options): Sessions {
  const { database, seconds, guestSeconds, onReuse, now = Date.now } = options;
  const expiry = (isGuest: boolean) => new Date(now() + (isGuest ? guestSeconds : seconds) * 1000);

  /** Returns the next token, or undefined when the token is not the newest. */
  async function exchange(
    sessionId: string,
    token: string,
    stored: StoredSession,
  ): Promise<string | undefined> {
    const seed = newSeed();
    const next = nextToken(token, seed);
    const isExchanged = await exchangeToken(database, {
      ...{ sessionId, fromHash: digest(token), toHash: digest(next), seed },
      ...{ at: new Date(now()), expiresAt: expiry(stored.email === null), isFirst: stored.seed === null },
    });
    return isExchanged ? next : undefined;
  }

  return {
    async start(userId, { isGuest, sessionEpoch, userAgent } = { isGuest: false, sessionEpoch: 0 }) {
      const id = newSessionId();
      const token = firstToken(id);
      const createdAt = new Date(now());
      const expiresAt = expiry(isGuest);
      const isAdded = await addSession(database, {
        ...{ id, userId, sessionEpoch, tokenHash: digest(token) },
        ...{ createdAt, expiresAt, userAgent },
      });
      return isAdded ? token : undefined;
    },

    async rotate(token) {
      const sessionId = sessionOf(token);
      if (!sessionId) return undefined;
      const stored = await readSession(database, sessionId);
      if (!stored || stored.expires_at.getTime() <= now()) return undefined;
      const user = userOf(stored);
      const exchanged = await exchange(sessionId, token, stored);
      if (exchanged) return { user, token: exchanged };
      const newest = await readSession(database, sessionId);
      const repeated = newest && repeatExchange(token, newest, now());
      if (repeated) return { user, token: repeated };
      if (await deleteSession(database, sessionId)) onReuse(user.id);
      return undefined;
    },

    async end(token) {
      const sessionId = sessionOf(token);
      if (sessionId) await deleteSession(database, sessionId);
    },

    deleteExpired: () => deleteExpiredSessions(database, new Date(now())),
  };
}

/** Returns the next token once more, if this one was exchanged for the newest one a moment ago. */
function repeatExchange(
  token: string,
  { token_hash, seed, exchanged_at }: StoredSession,
  now: number,
): string | undefined {
  if (seed === null || exchanged_at === null) return undefined;
  const next = nextToken(token, seed);
  return digest(next) === token_hash && exchanged_at.getTime() + REUSE_MS > now ? next : undefined;
}
