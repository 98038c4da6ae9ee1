import { AppError } from '../shared/runtime/errors.ts';
import type { Statements } from './database/database.ts';
import { dropGivenGroup } from './groups/set-group.ts';
import { revoke } from './revocations/revocations.ts';

/**
 * Throws `state_conflict` where an account would be left without any way in. Call it in the transaction that has removed one, and
 * that has locked the account first: of two that each remove one of the last two ways, one must see what the other has done. The owner
 * could still have a new password mailed, but may not read that mailbox any more.
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

/** Ends all API keys of an account, and has gateways refuse them. */
export async function endApiKeys(statements: Statements, userId: string): Promise<void> {
  const keys = await statements.rows<{ id: string }>('SELECT id FROM api_keys WHERE user_id = ? FOR UPDATE', [
    userId,
  ]);
  await statements.change('DELETE FROM api_keys WHERE user_id = ?', [userId]);
  await revoke(
    statements,
    keys.map(({ id }) => id),
  );
}

const OTHER_WAYS = ['passkeys', 'identities', 'totp', 'recovery_codes', 'sign_in_challenges'] as const;

/**
 * Removes each way into an account beside its password, with the second factor and the group that came with an identity. A stranger who
 * has registered with somebody's address must keep none of them once the owner of the mailbox has come.
 */
export async function dropOtherWays(statements: Statements, userId: string): Promise<void> {
  await dropGivenGroup(statements, userId);
  for (const table of OTHER_WAYS) await statements.change(`DELETE FROM ${table} WHERE user_id = ?`, [userId]);
}
