import { createHash } from 'node:crypto';
import { deleteInBatches, type Statements } from '../database/database.ts';

/** How long an address is known after the last login from it, and how often that is written down anew. */
const KNOWN_DAYS = 90;
const RENEWAL_DAYS = 1;
const DAY_MS = 24 * 3600_000;

/** The addresses from which the owners of accounts have logged in. Only hashes of them are stored. */
export interface KnownAddresses {
  has(account: string, address: string): Promise<boolean>;
  /** Called with each login. It writes at most once a day for an account and an address. */
  remember(account: string, address: string): Promise<void>;
}

const idOf = (account: string, address: string): string =>
  createHash('sha256').update(`${account}\n${address}`).digest('hex');

export function createKnownAddresses(database: Statements, now: () => number = Date.now): KnownAddresses {
  async function expiryOf(id: string): Promise<number> {
    const [row] = await database.rows<{ expires_at: Date }>(
      'SELECT expires_at FROM known_addresses WHERE id = ?',
      [id],
    );
    return row?.expires_at.getTime() ?? 0;
  }

  return {
    has: async (account, address) => (await expiryOf(idOf(account, address))) > now(),

    async remember(account, address) {
      const id = idOf(account, address);
      const expiry = now() + KNOWN_DAYS * DAY_MS;
      if ((await expiryOf(id)) > expiry - RENEWAL_DAYS * DAY_MS) return;
      await database.change(
        'INSERT INTO known_addresses (id, expires_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE expires_at = ?',
        [id, new Date(expiry), new Date(expiry)],
      );
    },
  };
}

export const deleteExpiredAddresses = (database: Statements, now: number): Promise<void> =>
  deleteInBatches(database, 'DELETE FROM known_addresses WHERE expires_at <= ?', [new Date(now)]);
