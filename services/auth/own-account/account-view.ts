import type { StoredUser } from '../accounts/users.ts';
import type { Statements } from '../database/database.ts';

/** What the owner sees of an account. */
export interface AccountView {
  id: string;
  email: string;
  group: string;
  /** Whether the owner of the mailbox has confirmed it. */
  verified: boolean;
  /** Whether there is a password to sign in with. */
  has_password: boolean;
  /** ISO 8601. */
  created_at: string;
}

export async function readAccount(
  { rows }: Pick<Statements, 'rows'>,
  { id, email, group, passwordHash }: StoredUser,
): Promise<AccountView> {
  const [row] = await rows<{ created_at: Date; verified_at: Date | null }>(
    'SELECT created_at, verified_at FROM users WHERE id = ?',
    [id],
  );
  return {
    ...{ id, email, group: group ?? 'user' },
    verified: row?.verified_at != null,
    has_password: passwordHash !== undefined,
    created_at: (row?.created_at ?? new Date(0)).toISOString(),
  };
}
