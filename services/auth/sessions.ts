import type { Statements } from './database.ts';
import { digest, firstToken, newSeed, newSessionId, nextToken, sessionOf } from './refresh-tokens.ts';
import type { User } from './users.ts';

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
   * another session, and nobody knows the token of this one.
   */
  start(userId: string): Promise<string>;
  /** Exchanges a token for the next one. Returns undefined when the token is not valid, or not any more. */
  rotate(token: string): Promise<{ user: User; token: string } | undefined>;
  /** Revokes every token of the family. Idempotent: an unknown token is not an error. */
  end(token: string): Promise<void>;
  deleteExpired(): Promise<void>;
}

interface Options {
  database: Statements;
  /** How long a token is valid if it is not used. */
  seconds: number;
  onReuse: (userId: string) => void;
  now?: () => number;
}

interface SessionRow extends User {
  token_hash: string;
  expires_at: Date;
  /** Null before the first exchange. */
  seed: string | null;
  exchanged_at: Date | null;
}

export function createSessions({ database, seconds, onReuse, now = Date.now }: Options): Sessions {
  const expiry = () => new Date(now() + seconds * 1000);
  const remove = (session: string) => database.change('DELETE FROM sessions WHERE id = ?', [session]);

  async function read(session: string): Promise<SessionRow | undefined> {
    const [row] = await database.rows<SessionRow>(
      `SELECT users.id, users.email, token_hash, expires_at, seed, exchanged_at
         FROM sessions JOIN users ON users.id = sessions.user_id
         LEFT JOIN refresh_exchanges ON session_id = sessions.id WHERE sessions.id = ?`,
      [session],
    );
    return row;
  }

  /** Returns the next token, or undefined when the token is not the newest. */
  async function exchange(session: string, token: string, row: SessionRow): Promise<string | undefined> {
    const seed = newSeed();
    const next = nextToken(token, seed);
    if (row.seed === null) {
      // IGNORE also covers a session that was ended meanwhile, to which the row could not refer.
      await database.change(
        'INSERT IGNORE INTO refresh_exchanges (session_id, seed, exchanged_at) VALUES (?, ?, ?)',
        [session, seed, new Date(now())],
      );
    }
    // One statement decides, so that only one of several simultaneous requests with one token exchanges it, at whichever replica.
    const changed = await database.change(
      `UPDATE sessions JOIN refresh_exchanges ON session_id = sessions.id
          SET token_hash = ?, expires_at = ?, seed = ?, exchanged_at = ?
        WHERE sessions.id = ? AND token_hash = ?`,
      [digest(next), expiry(), seed, new Date(now()), session, digest(token)],
    );
    return changed > 0 ? next : undefined;
  }

  /** Returns the next token once more, if this one was exchanged for the newest one a moment ago. */
  function repeatExchange(token: string, { token_hash, seed, exchanged_at }: SessionRow): string | undefined {
    if (seed === null || exchanged_at === null) return undefined;
    const next = nextToken(token, seed);
    return digest(next) === token_hash && exchanged_at.getTime() + REUSE_MS > now() ? next : undefined;
  }

  return {
    async start(userId) {
      const session = newSessionId();
      const token = firstToken(session);
      await database.change(
        'INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
        [session, userId, digest(token), new Date(now()), expiry()],
      );
      return token;
    },

    async rotate(token) {
      const session = sessionOf(token);
      if (!session) return undefined;
      const row = await read(session);
      if (!row || row.expires_at.getTime() <= now()) return undefined;
      const user = { id: row.id, email: row.email };
      const exchanged = await exchange(session, token, row);
      if (exchanged) return { user, token: exchanged };
      const newest = await read(session);
      const repeated = newest && repeatExchange(token, newest);
      if (repeated) return { user, token: repeated };
      if ((await remove(session)) === 1) onReuse(row.id);
      return undefined;
    },

    async end(token) {
      const session = sessionOf(token);
      if (session) await remove(session);
    },

    async deleteExpired() {
      await database.change('DELETE FROM sessions WHERE expires_at <= ?', [new Date(now())]);
    },
  };
}
