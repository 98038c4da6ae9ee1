import { createHash, randomBytes } from 'node:crypto';
import type { Statements } from './database.ts';
import type { User } from './users.ts';

/**
 * Refresh tokens. A login starts a session, the family of one token after another, of which only the newest is
 * stored (hashed): whoever shows an older one ends the session, because a thief and the owner both hold it
 * (RFC 9700, section 4.14.2). A token is `<session id>.<secret>`, both unguessable.
 */
export interface Sessions {
  /** @returns the first refresh token */
  start(userId: string): Promise<string>;
  /** Exchanges a token for the next; undefined when it is not the newest of a session that lives. */
  rotate(token: string): Promise<{ user: User; token: string } | undefined>;
  /** Revokes every token of the family; no error when there is none. */
  end(token: string): Promise<void>;
  deleteExpired(): Promise<void>;
}

interface Options {
  database: Statements;
  /** How long a token may lie unused, in seconds. */
  seconds: number;
  onReuse: (userId: string) => void;
  now?: () => number;
}

const TOKEN = /^([\w-]{22})\.[\w-]{43}$/;
const sessionOf = (token: string): string | undefined => TOKEN.exec(token)?.[1];
const tokenFor = (session: string): string => `${session}.${randomBytes(32).toString('base64url')}`;
const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createSessions({ database, seconds, onReuse, now = Date.now }: Options): Sessions {
  const expiry = () => new Date(now() + seconds * 1000);
  const remove = (session: string) => database.change('DELETE FROM sessions WHERE id = ?', [session]);

  return {
    async start(userId) {
      const session = randomBytes(16).toString('base64url');
      const token = tokenFor(session);
      await database.change(
        'INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
        [session, userId, digest(token), new Date(now()), expiry()],
      );
      return token;
    },

    async rotate(token) {
      const session = sessionOf(token);
      if (!session) return undefined;
      const [row] = await database.rows<User & { expires_at: Date }>(
        `SELECT users.id, users.email, sessions.expires_at
           FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = ?`,
        [session],
      );
      if (!row || row.expires_at.getTime() <= now()) return undefined;
      const next = tokenFor(session);
      // One statement decides, so of any number of requests at once with one token, one gets the next.
      const rotated = await database.change(
        'UPDATE sessions SET token_hash = ?, expires_at = ? WHERE id = ? AND token_hash = ?',
        [digest(next), expiry(), session, digest(token)],
      );
      if (rotated === 1) return { user: { id: row.id, email: row.email }, token: next };
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
