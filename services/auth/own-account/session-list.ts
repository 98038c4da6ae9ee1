import type { Database, Statements } from '../database/database.ts';
import { endSessions, revoke } from '../revocations/revocations.ts';

/** Sessions that one answer lists, the newest first. */
const MAX_LISTED = 100;

export interface SessionView {
  id: string;
  /** ISO 8601. */
  created_at: string;
  last_used_at: string;
  /** Of the client that has signed in. Untrusted text, or null. */
  user_agent: string | null;
  /** Whether the request came from this session. */
  current: boolean;
}

export async function listSessions(
  { rows }: Pick<Statements, 'rows'>,
  { userId, currentId, now }: { userId: string; currentId: string | undefined; now: Date },
): Promise<SessionView[]> {
  const found = await rows<{
    id: string;
    created_at: Date;
    last_used_at: Date | null;
    user_agent: string | null;
  }>(
    `SELECT id, created_at, last_used_at, user_agent FROM sessions
      WHERE user_id = ? AND expires_at > ?
      ORDER BY COALESCE(last_used_at, created_at) DESC LIMIT ${MAX_LISTED}`,
    [userId, now],
  );
  return found.map(({ id, created_at, last_used_at, user_agent }) => ({
    id,
    created_at: created_at.toISOString(),
    last_used_at: (last_used_at ?? created_at).toISOString(),
    user_agent,
    current: id === currentId,
  }));
}

/** Ends one session of the user. Returns false where the user has no such session. */
export const endSession = (
  database: Pick<Database, 'inTransaction'>,
  userId: string,
  sessionId: string,
): Promise<boolean> =>
  database.inTransaction(async (statements) => {
    const ended = await statements.change('DELETE FROM sessions WHERE id = ? AND user_id = ?', [
      sessionId,
      userId,
    ]);
    if (ended === 1) await revoke(statements, [sessionId]);
    return ended === 1;
  });

/** Ends all sessions of the user but the one that asks. */
export const endOtherSessions = (
  database: Pick<Database, 'inTransaction'>,
  userId: string,
  currentId: string | undefined,
): Promise<number> => database.inTransaction((statements) => endSessions(statements, userId, currentId));
