import type { Database, Statements } from '../../../services/auth/database/database.ts';

/** A database that holds one request back before a statement. */
export function gateDatabase(database: Database) {
  let before: RegExp | undefined;
  let reached = Promise.withResolvers<void>();
  let opened = Promise.withResolvers<void>();

  async function pass(sql: string): Promise<void> {
    if (!before?.test(sql)) return;
    before = undefined;
    reached.resolve();
    await opened.promise;
  }
  const gated = ({ rows, change }: Statements): Statements => ({
    async rows(sql, values) {
      await pass(sql);
      return rows(sql, values);
    },
    async change(sql, values) {
      await pass(sql);
      return change(sql, values);
    },
  });

  return {
    database: {
      ...database,
      ...gated(database),
      inTransaction: (work) => database.inTransaction((statements) => work(gated(statements))),
    } satisfies Database as Database,
    /** Does `meanwhile` when a request comes to such a statement, and returns what that request answers. */
    async during<T>(sql: RegExp, request: () => Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
      before = sql;
      reached = Promise.withResolvers<void>();
      opened = Promise.withResolvers<void>();
      const answer = request();
      const missed = answer.then(() => Promise.reject(new Error(`no statement like ${sql}`)));
      try {
        await Promise.race([reached.promise, missed]);
        await meanwhile();
      } finally {
        missed.catch(() => undefined);
        opened.resolve();
      }
      return answer;
    },
  };
}
