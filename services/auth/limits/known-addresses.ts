import { createHash } from 'node:crypto';
import { deleteInBatches, type Statements } from '../database/database.ts';

/** How long an address is known after the last login from it, and how often that is written down anew. */
const KNOWN_DAYS = 90;
const RENEWAL_DAYS = 1;
const DAY_MS = 24 * 3600_000;
/** The clocks of two replicas differ by less. */
const CLOCK_SKEW_MS = 60_000;

/** The addresses from which the owners of accounts have logged in. Only hashes of them are stored. */
export interface KnownAddresses {
  has(account: string, address: string): Promise<boolean>;
  /** Called with each login. It writes at most once a day for an account and an address. */
  remember(account: string, address: string): Promise<void>;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (account: string, address: string): string => hashOf(`${account}\n${address}`);

/** Of the row that says how long an address must be known at least not to be a forgotten one. No address is empty. */
const forgottenId = (account: string): string => idOf(account, '');

const STORE =
  'INSERT INTO known_addresses (id, expires_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE expires_at = ?';

export function createKnownAddresses(database: Statements, now: () => number = Date.now): KnownAddresses {
  /** Returns until when an address is known, and until when those are that were forgotten. */
  async function expiriesOf(account: string, address: string): Promise<{ known: number; forgotten: number }> {
    const [id, forgotten] = [idOf(account, address), forgottenId(account)];
    const rows = await database.rows<{ id: string; expires_at: Date }>(
      'SELECT id, expires_at FROM known_addresses WHERE id IN (?, ?)',
      [id, forgotten],
    );
    const expiryOf = (wanted: string) => rows.find((row) => row.id === wanted)?.expires_at.getTime() ?? 0;
    return { known: expiryOf(id), forgotten: expiryOf(forgotten) };
  }

  return {
    async has(account, address) {
      const { known, forgotten } = await expiriesOf(account, address);
      return known > now() && known >= forgotten;
    },

    async remember(account, address) {
      const { known, forgotten } = await expiriesOf(account, address);
      const expiry = Math.max(now() + KNOWN_DAYS * DAY_MS, forgotten);
      if (known > expiry - RENEWAL_DAYS * DAY_MS && known >= forgotten) return;
      await database.change(STORE, [idOf(account, address), new Date(expiry), new Date(expiry)]);
    },
  };
}

/**
 * Forgets all addresses of an account, because a stranger may have logged in from one. They are not deleted, for a row does not say
 * whose it is. Instead it is written down until when an address that was remembered before now can be known at most.
 */
export async function forgetAddresses(
  { change }: Pick<Statements, 'change'>,
  account: string,
  now: number,
): Promise<void> {
  const latest = new Date(now + KNOWN_DAYS * DAY_MS + CLOCK_SKEW_MS);
  await change(STORE, [forgottenId(account), latest, latest]);
}

export const deleteExpiredAddresses = (database: Statements, now: number): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM known_addresses WHERE expires_at <= ?', [new Date(now)]);
