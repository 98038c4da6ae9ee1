import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { migrate } from '../../../services/auth/migrate.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

/** A copy of the migrations, which the test changes. */
async function copy(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS, folder, { recursive: true });
  return folder;
}

test('four replicas that start at the same time run each migration once', { skip }, async (t) => {
  const replicas = await createDatabase(t, 4);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).migration) });
  await Promise.all(replicas.map((database) => migrate(database, MIGRATIONS, log)));
  const names = ['001_users.sql', '002_sessions.sql', '003_signing_keys.sql', '004_refresh_exchanges.sql'];
  assert.deepEqual(lines, names);
  const recorded = await replicas[0].rows<{ name: string }>(
    'SELECT name FROM schema_migrations ORDER BY name',
  );
  assert.deepEqual(
    recorded.map(({ name }) => name),
    names,
  );
});

test('a replica that died between a migration and its record does not stop the next replica', {
  skip,
}, async (t) => {
  const [database] = await createDatabase(t);
  await migrate(database, MIGRATIONS, silent);
  await database.change('DELETE FROM schema_migrations');
  await migrate(database, MIGRATIONS, silent);
  const [row] = await database.rows<{ count: number }>('SELECT COUNT(*) AS count FROM schema_migrations');
  assert.equal(Number(row?.count), 4);
});

test('a later migration runs after the earlier ones, and other line ends do not count as a change', {
  skip,
}, async (t) => {
  const [database] = await createDatabase(t);
  await migrate(database, MIGRATIONS, silent);
  const folder = await copy(t);
  await writeFile(join(folder, '005_more.sql'), 'CREATE TABLE IF NOT EXISTS more\n(id INT)\n');
  await migrate(database, folder, silent);
  assert.deepEqual(await database.rows('SELECT * FROM more'), []);
  await writeFile(join(folder, '005_more.sql'), 'CREATE TABLE IF NOT EXISTS more\r\n(id INT)\r\n');
  await migrate(database, folder, silent);
  // The older release is started again during a rollout.
  await migrate(database, MIGRATIONS, silent);
});

test('a migration that was changed after it had run is named in an error, and no migration runs', {
  skip,
}, async (t) => {
  const [database] = await createDatabase(t);
  await migrate(database, MIGRATIONS, silent);
  const folder = await copy(t);
  await writeFile(join(folder, '002_sessions.sql'), 'CREATE TABLE other (id INT)');
  await writeFile(join(folder, '005_more.sql'), 'CREATE TABLE more (id INT)');
  await assert.rejects(migrate(database, folder, silent), /migration 002_sessions\.sql was changed/);
  await assert.rejects(database.rows('SELECT * FROM more'), { code: 'ER_NO_SUCH_TABLE' });
});

test('two migrations with the same number are refused', { skip }, async (t) => {
  const [database] = await createDatabase(t);
  const folder = await copy(t);
  await writeFile(join(folder, '003_too.sql'), 'SELECT 1');
  await assert.rejects(migrate(database, folder, silent), /003_too\.sql needs a number of its own/);
});
