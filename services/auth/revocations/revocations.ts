import type { Statements } from '../database/database.ts';
import { beginEpoch } from './session-epoch.ts';

/** Rows of one page. A gateway asks again at once after a full page. */
const PAGE = 2_000;
/**
 * A row is seen when its transaction commits, which is up to a statement's time limit after its time. So a reader starts this much
 * before the newest row that it has seen.
 */
const OVERLAP_MS = 20_000;

const CURSOR = /^(\d{1,15})\.([\w-]{0,64})$/;

export interface RevocationPage {
  /** Ids of sessions and API keys. Some may repeat those of earlier pages. */
  revoked: string[];
  /** Continues after this page. */
  cursor: string;
  /** Whether the next page should be read at once. */
  more: boolean;
  /** How long an id has to be refused after it was read: the lifetime of an access token. */
  seconds: number;
}

/**
 * Has every gateway refuse the access tokens of sessions, or API keys, within seconds. Call it with the statements of the transaction
 * that ends them.
 */
export async function revoke({ change }: Pick<Statements, 'change'>, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await change(
      `INSERT INTO revocations (id, revoked_at) VALUES (?, UTC_TIMESTAMP(3))
         ON DUPLICATE KEY UPDATE revoked_at = UTC_TIMESTAMP(3)`,
      [id],
    );
  }
}

/**
 * Does the same for the sessions of a user, but for `exceptId`, and ends them. No sign-in that has begun before ends in a session. Call
 * it in a transaction. Returns how many there were.
 */
export async function endSessions(
  { change }: Pick<Statements, 'change'>,
  userId: string,
  exceptId = '',
): Promise<number> {
  await beginEpoch({ change }, userId);
  await change(
    `INSERT INTO revocations (id, revoked_at)
       SELECT id, UTC_TIMESTAMP(3) FROM sessions WHERE user_id = ? AND id <> ?
         ON DUPLICATE KEY UPDATE revoked_at = UTC_TIMESTAMP(3)`,
    [userId, exceptId],
  );
  return change('DELETE FROM sessions WHERE user_id = ? AND id <> ?', [userId, exceptId]);
}

/** Whether a text is a cursor of {@link readRevocations}, or empty. */
export const isCursor = (text: string): boolean => text === '' || CURSOR.test(text);

/**
 * Returns what was revoked since the cursor, or within the lifetime of an access token. The times are those of the database, so
 * clocks of replicas do not matter.
 */
export async function readRevocations(
  { rows }: Pick<Statements, 'rows'>,
  cursor: string,
  tokenSeconds: number,
): Promise<RevocationPage> {
  const [, ms, id = ''] = CURSOR.exec(cursor) ?? [];
  const [clock] = await rows<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
  const now = (clock?.now ?? new Date()).getTime();
  const from = new Date(Math.max(Number(ms ?? 0), now - tokenSeconds * 1000 - OVERLAP_MS));
  const found = await rows<{ id: string; revoked_at: Date }>(
    `SELECT id, revoked_at FROM revocations
      WHERE revoked_at >= ? AND (revoked_at > ? OR id > ?) ORDER BY revoked_at, id LIMIT ${PAGE}`,
    [from, from, id],
  );
  const last = found.at(-1);
  const more = found.length === PAGE && last !== undefined;
  const next = more ? `${last.revoked_at.getTime()}.${last.id}` : `${now - OVERLAP_MS}.`;
  return { revoked: found.map((row) => row.id), cursor: next, more, seconds: tokenSeconds };
}
