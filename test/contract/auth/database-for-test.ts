import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { connectDatabase, type Database } from '../../../services/auth/database/database.ts';

/** A user that may create databases. The server belongs to the tests alone. */
const server = process.env.TEST_MYSQL_URL;
if (!server && process.env.CI === 'true') throw new Error('TEST_MYSQL_URL is not set');

/** For `test(name, { skip }, …)`. Without a server these tests are skipped with a reason, but in CI they fail. */
export const skip: string | false = server ? false : 'TEST_MYSQL_URL is not set: no MySQL to test with';

export const silent = pino({ level: 'silent' });
export const MIGRATIONS = new URL('../../../services/auth/database/migrations', import.meta.url).pathname;

async function onServer(sql: string): Promise<void> {
  const connection = await createConnection(String(server));
  await connection.query(sql);
  await connection.end();
}

/** Some clients of a database that belongs to one test and is dropped at its end. */
export async function createDatabase(t: TestContext, clients = 1): Promise<[Database, ...Database[]]> {
  const name = `mp3converter_test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(String(server));
  url.pathname = `/${name}`;
  const databases = Array.from({ length: clients }, () => connectDatabase(url.href));
  t.after(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await onServer(`DROP DATABASE ${name}`);
  });
  return databases as [Database, ...Database[]];
}
