import { REGISTERED_GROUPS, type RegisteredGroup } from '../../shared/contract/account-group.ts';
import type { Statements } from '../database/database.ts';
import { endSessions } from '../revocations/revocations.ts';

const GROUPS: readonly (string | null)[] = REGISTERED_GROUPS;
/** An unknown group grants as little as that of a user. */
const rank = (group: string | null): number => Math.max(0, GROUPS.indexOf(group));

/**
 * Sets the group of an account, whoever decides it. Where it may do less from now on, all its sessions end at once, because the group is
 * in their access tokens. In any other case, the next refresh of a session brings the new group. Call it in a transaction.
 * @param change.identity whose provider gives the group, which goes with it. Absent for an operator.
 * @returns false where there is no such account
 */
export async function setGroup(
  statements: Statements,
  { userId, group, identity = null }: { userId: string; group: RegisteredGroup; identity?: string | null },
): Promise<boolean> {
  const [row] = await statements.rows<{ account_group: string | null }>(
    'SELECT account_group FROM users WHERE id = ? AND email IS NOT NULL FOR UPDATE',
    [userId],
  );
  if (!row) return false;
  await statements.change('UPDATE users SET account_group = ?, group_identity = ? WHERE id = ?', [
    ...[group === 'user' ? null : group, group === 'user' ? null : identity, userId],
  ]);
  if (rank(group) < rank(row.account_group)) await endSessions(statements, userId);
  return true;
}

/** Takes away the group that came with an identity, or with any identity where none is named. */
export async function dropGivenGroup(
  statements: Statements,
  userId: string,
  identity?: string,
): Promise<void> {
  const [row] = await statements.rows<{ group_identity: string | null }>(
    'SELECT group_identity FROM users WHERE id = ? FOR UPDATE',
    [userId],
  );
  const giver = row?.group_identity ?? null;
  if (giver !== null && giver === (identity ?? giver)) await setGroup(statements, { userId, group: 'user' });
}
