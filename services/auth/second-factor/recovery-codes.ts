import { createHash, randomInt } from 'node:crypto';
import type { Statements } from '../database/database.ts';

const CODES = 10;
/** Without those that are taken for others. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 16;

/** Makes new recovery codes in place of those that are left: 16 characters each, which are some 79 random bits. */
export async function replaceRecoveryCodes({ change }: Statements, userId: string): Promise<string[]> {
  await change('DELETE FROM recovery_codes WHERE user_id = ?', [userId]);
  const codes = Array.from({ length: CODES }, newCode);
  for (const code of codes)
    await change('INSERT INTO recovery_codes (code_hash, user_id) VALUES (?, ?)', [
      digest(userId, code),
      userId,
    ]);
  return codes;
}

/** Whether the user has this code left. It is used up then. */
export const spendRecoveryCode = async (
  { change }: Statements,
  userId: string,
  code: string,
): Promise<boolean> =>
  (await change('DELETE FROM recovery_codes WHERE code_hash = ? AND user_id = ?', [
    digest(userId, code),
    userId,
  ])) === 1;

export async function countRecoveryCodes({ rows }: Statements, userId: string): Promise<number> {
  const [row] = await rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM recovery_codes WHERE user_id = ?',
    [userId],
  );
  return Number(row?.count ?? 0);
}

function newCode(): string {
  const text = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

/** Spaces, hyphens and capitals of whoever types the code do not count. */
const digest = (userId: string, code: string): string =>
  createHash('sha256')
    .update(`${userId}:${code.toLowerCase().replace(/[^a-z\d]/g, '')}`)
    .digest('hex');
