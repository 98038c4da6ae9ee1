import { AppError } from '../../shared/runtime/errors.ts';
import type { Statements } from '../database/database.ts';

/** A user, and when it was proved who that is: in which epoch of the sessions of the user. */
interface Proved {
  id: string;
  sessionEpoch: number;
}

/**
 * Begins a new epoch of the sessions of a user. What was let in before does not succeed any more: a login whose password was compared
 * before, the second step of one, or a change of the account. It locks the account, so call it before the sessions are ended.
 */
export async function beginEpoch({ change }: Pick<Statements, 'change'>, userId: string): Promise<void> {
  await change('UPDATE users SET session_epoch = session_epoch + 1 WHERE id = ?', [userId]);
  await change('DELETE FROM sign_in_challenges WHERE user_id = ?', [userId]);
}

/** Whether it is still the same epoch, which then lasts until the transaction ends. */
export const isSameEpoch = async (
  { rows }: Pick<Statements, 'rows'>,
  { id, sessionEpoch }: Proved,
): Promise<boolean> =>
  (await rows('SELECT id FROM users WHERE id = ? AND session_epoch = ? FOR UPDATE', [id, sessionEpoch]))
    .length > 0;

/** Returns the epoch of a user. Read it before, or with, what proves who the user is. */
export async function readEpoch({ rows }: Pick<Statements, 'rows'>, userId: string): Promise<number> {
  const [row] = await rows<{ session_epoch: number }>('SELECT session_epoch FROM users WHERE id = ?', [
    userId,
  ]);
  return row?.session_epoch ?? -1;
}

/** The answer to a sign-in that began in an epoch which has ended. */
export const endedMeanwhile = (): AppError =>
  new AppError('sign_in_failed', 'all sessions of this account were ended meanwhile: sign in again');
