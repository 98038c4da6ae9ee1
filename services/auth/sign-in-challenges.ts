import { createHash, randomBytes } from 'node:crypto';
import { invalidToken } from './credentials.ts';
import { deleteInBatches, type Statements } from './database/database.ts';
import { isOrphan } from './database/database-errors.ts';

export const CHALLENGE_MS = 5 * 60_000;
/** Wrong codes after which a challenge is of no use any more. */
const MAX_TRIES = 5;

export type ChallengePurpose = 'second_factor' | 'passkey_login' | 'passkey_new';

const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Stores a challenge, and returns its token: 256 random bits in base64url. Throws `invalid_token` where the user was deleted. */
export async function addChallenge(
  { change }: Statements,
  { purpose, userId, now }: { purpose: ChallengePurpose; userId: string | null; now: number },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await change(
    'INSERT INTO sign_in_challenges (token_hash, purpose, user_id, expires_at) VALUES (?, ?, ?, ?)',
    [digest(token), purpose, userId, new Date(now + CHALLENGE_MS)],
  ).catch(orphaned);
  return token;
}

function orphaned(error: unknown): never {
  throw isOrphan(error) ? invalidToken(error) : error;
}

/**
 * Counts a try of a challenge. Returns its user, or undefined where there is no such challenge, or not any more. The count is stored
 * before the try is judged, so that many tries at the same time are no more than the allowed ones.
 */
export async function tryChallenge(
  { change, rows }: Statements,
  token: string,
  { purpose, now }: { purpose: ChallengePurpose; now: number },
): Promise<{ userId: string | null } | undefined> {
  const counted = await change(
    `UPDATE sign_in_challenges SET tries = tries + 1
      WHERE token_hash = ? AND purpose = ? AND expires_at > ? AND tries < ${MAX_TRIES}`,
    [digest(token), purpose, new Date(now)],
  );
  if (counted === 0) return undefined;
  const [row] = await rows<{ user_id: string | null }>(
    'SELECT user_id FROM sign_in_challenges WHERE token_hash = ?',
    [digest(token)],
  );
  return row && { userId: row.user_id };
}

/** Ends a challenge. Returns false where another request has used it already. */
export const useChallenge = async ({ change }: Statements, token: string): Promise<boolean> =>
  (await change('DELETE FROM sign_in_challenges WHERE token_hash = ?', [digest(token)])) === 1;

export const deleteExpiredChallenges = (database: Statements, now: Date): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM sign_in_challenges WHERE expires_at <= ?', [now]);

/** Ends a challenge that is answered at once. Returns false where there is no such one for this user, or not any more. */
export const takeChallenge = async (
  { change }: Statements,
  token: string,
  { purpose, userId, now }: { purpose: ChallengePurpose; userId: string | null; now: number },
): Promise<boolean> =>
  (await change(
    'DELETE FROM sign_in_challenges WHERE token_hash = ? AND purpose = ? AND user_id <=> ? AND expires_at > ?',
    [digest(token), purpose, userId, new Date(now)],
  )) === 1;
