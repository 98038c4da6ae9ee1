import { AppError } from '../shared/runtime/errors.ts';
import type { Statements } from './database/database.ts';

/**
 * Throws `state_conflict` where an account would be left without any way in. Call it in the transaction that has removed one. The
 * owner could still have a new password mailed, but may not read that mailbox any more.
 */
export async function requireWayIn({ rows }: Statements, userId: string): Promise<void> {
  const [row] = await rows<{ ways: number }>(
    `SELECT (password_hash IS NOT NULL)
          + (SELECT COUNT(*) FROM identities WHERE user_id = users.id)
          + (SELECT COUNT(*) FROM passkeys WHERE user_id = users.id) AS ways
       FROM users WHERE id = ? FOR UPDATE`,
    [userId],
  );
  if (Number(row?.ways ?? 0) === 0)
    throw new AppError('state_conflict', 'this is the last way to sign in: set a password first');
}
