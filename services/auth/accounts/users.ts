import { randomUUID } from 'node:crypto';
import { REGISTERED_GROUPS, type RegisteredGroup } from '../../shared/contract/account-group.ts';
import type { Transactions } from '../database/database.ts';
import { isDuplicate } from '../database/database-errors.ts';
import { emailKey } from './email-address.ts';
import { registerGuest } from './register-guest.ts';

export interface User {
  id: string;
  /** Null for a guest, who has started without an address and a password. */
  email: string | null;
  /** Absent for a guest, and for a user of the group `user`. */
  group?: Exclude<RegisteredGroup, 'user'>;
  /** Present where nobody has confirmed the address: see verification.ts. Absent for a guest. */
  isUnconfirmed?: true;
}

/** A user whose credentials were judged, so that a session may begin. */
export interface ProvedUser extends User {
  /** When they were read. A session begins only while it is the same: see services/auth/revocations/session-epoch.ts. */
  sessionEpoch: number;
}

/** A user that can log in. */
export interface RegisteredUser extends User {
  email: string;
}

/** A user in the names of the columns. */
export interface UserRow {
  id: string;
  email: string | null;
  account_group: string | null;
  verified_at: Date | null;
}

/** The columns of {@link UserRow}, for a query in which no other table has one of these names but `users`. */
export const USER_COLUMNS = 'users.id, users.email, account_group, verified_at';

/** Reads the columns of a user. An unknown group counts as that of a user: it grants nothing. */
export function userOf({ id, email, account_group, verified_at }: UserRow): User {
  if (email === null) return { id, email };
  const group = REGISTERED_GROUPS.find((name) => name === account_group);
  return {
    ...{ id, email },
    ...(group !== undefined && group !== 'user' && { group }),
    ...(verified_at === null && { isUnconfirmed: true }),
  };
}

export interface StoredUser extends RegisteredUser, ProvedUser {
  email: string;
  /** Absent for an account that has no password, because its owner signs in in another way. */
  passwordHash?: string;
}

export interface Users {
  /** Adds a user. Returns undefined when there is an account with this address. */
  add(email: string, passwordHash: string): Promise<RegisteredUser | undefined>;
  find(email: string): Promise<StoredUser | undefined>;
  addGuest(): Promise<ProvedUser>;
  /**
   * Gives a guest an address and a password, and ends the sessions of the guest at the same moment. Returns `taken` when there is
   * another account with this address, and `no_guest` when the user is no guest, or not any more.
   */
  registerGuest(
    id: string,
    email: string,
    passwordHash: string,
  ): Promise<'registered' | 'taken' | 'no_guest'>;
  /** Whether there is a user with this id. */
  exists(id: string): Promise<boolean>;
  /** Returns the ids after the given one, in ascending order. */
  idsAfter(after: string, limit: number): Promise<string[]>;
  /** Replaces the hash `from`. Does nothing when another one is stored by now. */
  replaceHash(id: string, from: string, to: string): Promise<void>;
}

/** Returns a user with an address, by one of its keys. */
export async function findUser(
  { rows }: Pick<Transactions, 'rows'>,
  column: 'id' | 'email_key',
  key: string,
): Promise<StoredUser | undefined> {
  const [row] = await rows<UserRow & { password_hash: string | null; session_epoch: number }>(
    `SELECT ${USER_COLUMNS}, password_hash, session_epoch FROM users WHERE ${column} = ? AND email IS NOT NULL`,
    [key],
  );
  const email = row?.email ?? null;
  if (!row || email === null) return undefined;
  return {
    ...userOf(row),
    email,
    sessionEpoch: row.session_epoch,
    ...(row.password_hash !== null && { passwordHash: row.password_hash }),
  };
}

export function createUsers(database: Transactions): Users {
  return {
    async add(email, passwordHash) {
      const id = randomUUID();
      try {
        await database.change(
          'INSERT INTO users (id, email, email_key, password_hash, created_at) VALUES (?, ?, ?, ?, ?)',
          [id, email, emailKey(email), passwordHash, new Date()],
        );
      } catch (error) {
        if (isDuplicate(error)) return undefined;
        throw error;
      }
      return { id, email };
    },

    async find(email) {
      return findUser(database, 'email_key', emailKey(email));
    },

    async addGuest() {
      const id = randomUUID();
      await database.change('INSERT INTO users (id, created_at) VALUES (?, ?)', [id, new Date()]);
      return { id, email: null, sessionEpoch: 0 };
    },

    async registerGuest(id, email, passwordHash) {
      try {
        const guest = { id, email, passwordHash, verifiedAt: null };
        const isRegistered = await database.inTransaction((statements) => registerGuest(statements, guest));
        return isRegistered ? 'registered' : 'no_guest';
      } catch (error) {
        if (isDuplicate(error)) return 'taken';
        throw error;
      }
    },

    async exists(id) {
      return (await database.rows('SELECT id FROM users WHERE id = ?', [id])).length > 0;
    },

    async idsAfter(after, limit) {
      const rows = await database.rows<{ id: string }>(
        'SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?',
        // MySQL 8.0.22 and later refuse a DOUBLE here, and mysql2 sends every number as one.
        [after, String(limit)],
      );
      return rows.map(({ id }) => id);
    },

    async replaceHash(id, from, to) {
      await database.change('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', [
        to,
        id,
        from,
      ]);
    },
  };
}
