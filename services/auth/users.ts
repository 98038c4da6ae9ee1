import { randomUUID } from 'node:crypto';
import type { Statements } from './database.ts';
import { isDuplicate } from './database-errors.ts';
import { emailKey } from './email-address.ts';

export interface User {
  id: string;
  email: string;
}

export interface StoredUser extends User {
  passwordHash: string;
}

export interface Users {
  /** Adds a user. Returns undefined when there is an account with this address. */
  add(email: string, passwordHash: string): Promise<User | undefined>;
  find(email: string): Promise<StoredUser | undefined>;
  /** Returns the ids after the given one, in ascending order. */
  idsAfter(after: string, limit: number): Promise<string[]>;
  /** Replaces the hash `from`. Does nothing when another one is stored by now. */
  replaceHash(id: string, from: string, to: string): Promise<void>;
}

export function createUsers(database: Statements): Users {
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
      const [row] = await database.rows<{ id: string; email: string; password_hash: string }>(
        'SELECT id, email, password_hash FROM users WHERE email_key = ?',
        [emailKey(email)],
      );
      return row && { id: row.id, email: row.email, passwordHash: row.password_hash };
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
