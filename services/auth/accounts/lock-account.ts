import { invalidToken } from '../credentials.ts';
import type { Statements } from '../database/database.ts';

/**
 * Has other changes of this account wait until the transaction ends. Make it the first statement: InnoDB opens the snapshot that later
 * reads see at the first plain read, and a snapshot from before the wait does not show what the others have changed.
 * Returns false where there is no such account, or not any more.
 */
export const lockUser = async ({ rows }: Pick<Statements, 'rows'>, userId: string): Promise<boolean> =>
  (await rows('SELECT id FROM users WHERE id = ? FOR UPDATE', [userId])).length > 0;

/**
 * Does the same for whoever is signed in. Throws `invalid_token` where the account was deleted, or the session ended, since the request
 * was let in: a new password ends sessions, and what a stranger adds must not come after it.
 */
export async function lockAccount(
  statements: Pick<Statements, 'rows'>,
  userId: string,
  sessionId?: string,
): Promise<void> {
  if (!(await lockUser(statements, userId))) throw invalidToken();
  if (sessionId === undefined) return;
  const open = await statements.rows('SELECT id FROM sessions WHERE id = ?', [sessionId]);
  if (open.length === 0) throw invalidToken();
}
