import { createHash } from 'node:crypto';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import { deleteInBatches, type Statements } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';

export interface LimitOptions {
  /** Letters and hyphens, at most 30. It is the name of the policy in the headers, too. */
  name: string;
  /** How often something may happen in a window. */
  points: number;
  /** A window begins with the first point. */
  windowSeconds: number;
  now?: () => number;
}

/** What was counted for one key. */
export interface LimitState {
  count: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
  isReached: boolean;
}

/**
 * A limit that all replicas share through the database. A key is any text, also one of a user, because only its hash is stored.
 * A key that has reached its limit is kept in memory until its window ends, so that a flood causes no statement for each request.
 *
 * It is our own code, and not RateLimiterMySQL of rate-limiter-flexible: that puts values into the text of its SQL, which gets into
 * errors, has no time limit for statements, returns broken connections to the pool, and needs four round trips.
 */
export interface StoredLimiter extends LimitOptions {
  /** Counts one more, and returns the state after it. */
  count(key: string): Promise<LimitState>;
  /** Returns the state, and counts nothing. */
  read(key: string): Promise<LimitState>;
  /** What this replica knows without a look at the database: the state of a key that has reached its limit. */
  known(key: string): LimitState | undefined;
}

interface Row {
  points: number;
  expires_at: number;
}

/** Keys that have reached their limit. Beyond that, the database is asked again. */
const MAX_BLOCKED = 20_000;

const COUNT = `INSERT INTO rate_limits (id, points, expires_at) VALUES (?, 1, ?)
  ON DUPLICATE KEY UPDATE points = IF(expires_at <= ?, 1, points + 1), expires_at = IF(expires_at <= ?, ?, expires_at)`;

export function createStoredLimiter(database: Statements, options: LimitOptions): StoredLimiter {
  const { name, points, windowSeconds, now = Date.now } = options;
  const windowMs = windowSeconds * 1000;
  const blocked = createBoundedCache<string, Row>(MAX_BLOCKED);
  const idOf = (key: string): string => `${name}:${createHash('sha256').update(key).digest('hex')}`;

  function stateOf(row: Row | undefined): LimitState {
    const resetMs = row ? Number(row.expires_at) - now() : 0;
    if (!row || resetMs <= 0) return { count: 0, resetMs: windowMs, isReached: points === 0 };
    return { count: row.points, resetMs, isReached: row.points >= points };
  }

  function known(id: string): LimitState | undefined {
    const row = blocked.get(id);
    const state = row && stateOf(row);
    if (state?.isReached) return state;
    blocked.delete(id);
    return undefined;
  }

  async function readStored(id: string): Promise<LimitState> {
    const [row] = await database.rows<Row>('SELECT points, expires_at FROM rate_limits WHERE id = ?', [id]);
    const state = stateOf(row);
    if (row && state.isReached) blocked.set(id, row);
    return state;
  }

  return {
    ...options,
    known: (key) => known(idOf(key)),
    read: async (key) => known(idOf(key)) ?? readStored(idOf(key)),
    async count(key) {
      const id = idOf(key);
      const at = now();
      const end = at + windowMs;
      // Two inserts next to each other may lock the same gap.
      await retryDeadlock(() => database.change(COUNT, [id, end, at, at, end]));
      return readStored(id);
    },
  };
}

/** Deletes what is not counted any more. */
export const deleteExpiredLimits = (database: Statements, now: number): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM rate_limits WHERE expires_at <= ?', [now]);
