import type { Transactions } from '../database/database.ts';
import { retryDeadlock } from '../database/retry-deadlock.ts';
import { MARGIN_SECONDS } from './delete-old.ts';
import { endSessions } from './revocations.ts';

/**
 * Ends the sessions of accounts whose address nobody has confirmed, where an access token may still be valid. Call it at a start with
 * REQUIRE_VERIFIED_EMAIL. From then on auth gives such an account no token, but gateways judge those from before by themselves.
 * @param tokenSeconds lifetime of an access token
 * @returns how many accounts there were
 */
export async function endUnconfirmedSessions(
  database: Transactions,
  tokenSeconds: number,
  now = Date.now,
): Promise<number> {
  const since = new Date(now() - (tokenSeconds + MARGIN_SECONDS) * 1000);
  const found = await database.rows<{ id: string }>(
    `SELECT DISTINCT users.id FROM sessions JOIN users ON users.id = user_id
      WHERE email IS NOT NULL AND verified_at IS NULL AND COALESCE(last_used_at, sessions.created_at) > ?`,
    [since],
  );
  for (const { id } of found)
    await retryDeadlock(() => database.inTransaction((statements) => endSessions(statements, id)));
  return found.length;
}
