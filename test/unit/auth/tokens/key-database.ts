import type { Database, Statements } from '../../../../services/auth/database/database.ts';

interface Row {
  kid: string;
  private_jwk: string;
  created_at: Date;
  signs_from: Date;
}

/**
 * The table of signing keys in memory, for the statements of key-store.ts, with the lock that replicas share. Throws for any other
 * statement. test/contract/auth/signing-keys.test.ts runs the same code over MariaDB.
 */
export function createKeyDatabase(): Database & { size(): number; clear(): void } {
  let table: Row[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const statements: Statements = {
    async rows<Found>(sql: string) {
      if (!sql.startsWith('SELECT kid, private_jwk')) throw new Error(`not known: ${sql}`);
      return table.map((row) => ({ ...row })) as Found[];
    },
    async change(sql, values = []) {
      if (sql.startsWith('INSERT INTO signing_keys')) {
        const [kid, private_jwk, created_at, signs_from] = values as [string, string, Date, Date];
        table.push({ kid, private_jwk, created_at, signs_from });
        return 1;
      }
      if (!sql.startsWith('DELETE FROM signing_keys WHERE kid = ?')) throw new Error(`not known: ${sql}`);
      table = table.filter(({ kid }) => kid !== values[0]);
      return 1;
    },
  };

  return {
    ...statements,
    inTransaction: (work) => work(statements),
    withLock(_name, _seconds, work) {
      const mine = last.then(() => work(statements));
      last = mine.catch(() => undefined);
      return mine;
    },
    close: async () => undefined,
    size: () => table.length,
    clear() {
      table = [];
    },
  };
}
