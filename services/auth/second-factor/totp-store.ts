import type { Statements } from '../database/database.ts';

export interface StoredTotp {
  sealedSecret: string;
  isConfirmed: boolean;
  failures: number;
  failingSince: Date | null;
}

/** Reads the second factor of a user. @param lock has other transactions wait for this one */
export async function readTotp(
  { rows }: Statements,
  userId: string,
  { lock = false } = {},
): Promise<StoredTotp | undefined> {
  const [row] = await rows<{
    secret: string;
    confirmed_at: Date | null;
    failures: number;
    failing_since: Date | null;
  }>(
    `SELECT secret, confirmed_at, failures, failing_since FROM totp WHERE user_id = ?${lock ? ' FOR UPDATE' : ''}`,
    [userId],
  );
  return (
    row && {
      sealedSecret: row.secret,
      isConfirmed: row.confirmed_at !== null,
      failures: Number(row.failures),
      failingSince: row.failing_since,
    }
  );
}

export async function replaceTotp(
  { change }: Statements,
  { userId, sealedSecret, now }: { userId: string; sealedSecret: string; now: Date },
): Promise<void> {
  await change('DELETE FROM totp WHERE user_id = ?', [userId]);
  await change('INSERT INTO totp (user_id, secret, created_at) VALUES (?, ?, ?)', [
    userId,
    sealedSecret,
    now,
  ]);
}

export async function confirmTotp({ change }: Statements, userId: string, now: Date): Promise<void> {
  await change('UPDATE totp SET confirmed_at = ? WHERE user_id = ?', [now, userId]);
}

export async function deleteTotp({ change }: Statements, userId: string): Promise<void> {
  await change('DELETE FROM totp WHERE user_id = ?', [userId]);
  await change('DELETE FROM recovery_codes WHERE user_id = ?', [userId]);
}

/** Uses up the code of a step. Returns false where that one, or a later one, was used before. */
export const spendStep = async ({ change }: Statements, userId: string, step: number): Promise<boolean> =>
  (await change('UPDATE totp SET last_step = ? WHERE user_id = ? AND last_step < ?', [
    step,
    userId,
    step,
  ])) === 1;

/** Stores the same secret, encrypted with another key. */
export async function storeSecret(
  { change }: Statements,
  userId: string,
  sealedSecret: string,
): Promise<void> {
  await change('UPDATE totp SET secret = ? WHERE user_id = ?', [sealedSecret, userId]);
}

export async function setFailures(
  { change }: Statements,
  userId: string,
  failures: number,
  since: Date | null,
): Promise<void> {
  await change('UPDATE totp SET failures = ?, failing_since = ? WHERE user_id = ?', [
    failures,
    since,
    userId,
  ]);
}
