import { deleteInBatches, type Statements } from '../database/database.ts';
import { isDuplicate } from '../database/database-errors.ts';
import { emailKey } from './email-address.ts';

/** A registration whose address is not confirmed yet. It is no account: nobody can log in, and no mail of a job goes to it. */
export interface Registration {
  /** As its user wrote it. */
  email: string;
  /** The guest who becomes the account. */
  guestId: string | null;
  /** Null where two people may have registered, so that the password is set after the confirmation. */
  passwordHash: string | null;
  /** Of the newest mail. Null where none could be sent yet. */
  tokenHash: string | null;
  expiresAt: Date;
}

interface Row {
  email: string;
  guest_id: string | null;
  password_hash: string | null;
  token_hash: string | null;
  expires_at: Date;
}

const fromRow = (row: Row): Registration => ({
  email: row.email,
  guestId: row.guest_id,
  passwordHash: row.password_hash,
  tokenHash: row.token_hash,
  expiresAt: row.expires_at,
});

const COLUMNS = 'email, guest_id, password_hash, token_hash, expires_at';

/** Returns the registration of an address, unless it has expired. */
export async function findRegistration(
  { rows }: Pick<Statements, 'rows'>,
  email: string,
  now: Date,
): Promise<Registration | undefined> {
  const [row] = await rows<Row>(
    `SELECT ${COLUMNS} FROM registrations WHERE email_key = ? AND expires_at > ?`,
    [emailKey(email), now],
  );
  return row && fromRow(row);
}

/** Returns the registration of a token and locks it, so that one of several requests at the same time confirms it. */
export async function lockRegistration(
  { rows }: Pick<Statements, 'rows'>,
  tokenHash: string,
  now: Date,
): Promise<Registration | undefined> {
  const [row] = await rows<Row>(
    `SELECT ${COLUMNS} FROM registrations WHERE token_hash = ? AND expires_at > ? FOR UPDATE`,
    [tokenHash, now],
  );
  return row && fromRow(row);
}

/** Stores a registration in the place of an earlier one with the same address. A password always gets a token of its own. */
export async function saveRegistration(
  { change }: Pick<Statements, 'change'>,
  registration: Registration,
): Promise<void> {
  const { email, guestId, passwordHash, tokenHash, expiresAt } = registration;
  await change(
    `REPLACE INTO registrations (email_key, email, guest_id, password_hash, token_hash, expires_at)
      VALUES (?, ?, ?, ?, ?, ?)`,
    [emailKey(email), email, guestId, passwordHash, tokenHash, expiresAt],
  );
}

/**
 * Saves the registration of a closed account. A contested one, which is stored without a password, stays without one: whoever confirms it
 * expects to take the account from all others. One statement does it, so that nobody contests the registration in between.
 */
export async function saveForClosedAccount(
  { change }: Pick<Statements, 'change'>,
  registration: Registration,
  now: Date,
): Promise<void> {
  const { email, guestId, passwordHash, tokenHash, expiresAt } = registration;
  const isContested = 'password_hash IS NULL AND expires_at > ?';
  // The assignments are made from left to right, so both conditions go by what is stored.
  await change(
    `INSERT INTO registrations (email_key, email, guest_id, password_hash, token_hash, expires_at) VALUES (?, ?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE email = ?, guest_id = IF(${isContested}, NULL, ?),
        password_hash = IF(${isContested}, NULL, ?), token_hash = ?, expires_at = ?`,
    [
      ...[emailKey(email), email, guestId, passwordHash, tokenHash, expiresAt],
      ...[email, now, guestId, now, passwordHash, tokenHash, expiresAt],
    ],
  );
}

/**
 * Gives a registration another token, and keeps whatever password it has by now: it may have been contested since it was read. Returns
 * false where there is none any more.
 */
export const replaceToken = async (
  { change }: Pick<Statements, 'change'>,
  { email, tokenHash, expiresAt, now }: { email: string; tokenHash: string; expiresAt: Date; now: Date },
): Promise<boolean> =>
  (await change(
    'UPDATE registrations SET token_hash = ?, expires_at = ? WHERE email_key = ? AND expires_at > ?',
    [tokenHash, expiresAt, emailKey(email), now],
  )) === 1;

/**
 * Stores a registration whose password is set after its confirmation, because no mail may be sent now. Returns false where there is one
 * already: its mail may have been sent, and the link of that mail must go on working.
 */
export async function addContested(
  { change }: Pick<Statements, 'change'>,
  { email, now, expiresAt }: { email: string; now: Date; expiresAt: Date },
): Promise<boolean> {
  await change('DELETE FROM registrations WHERE email_key = ? AND expires_at <= ?', [emailKey(email), now]);
  try {
    await change('INSERT INTO registrations (email_key, email, expires_at) VALUES (?, ?, ?)', [
      emailKey(email),
      email,
      expiresAt,
    ]);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/**
 * Takes the password and the guest from a registration whose mail was sent before, because another person may have registered. Returns
 * false where there is none any more.
 */
export const contestRegistration = async (
  { change }: Pick<Statements, 'change'>,
  email: string,
): Promise<boolean> =>
  (await change('UPDATE registrations SET password_hash = NULL, guest_id = NULL WHERE email_key = ?', [
    emailKey(email),
  ])) === 1;

export const dropRegistration = ({ change }: Pick<Statements, 'change'>, email: string): Promise<number> =>
  change('DELETE FROM registrations WHERE email_key = ?', [emailKey(email)]);

export const deleteExpiredRegistrations = (database: Statements, now: Date): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM registrations WHERE expires_at <= ?', [now]);
