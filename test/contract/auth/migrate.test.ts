import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { migrate } from '../../../services/auth/database/migrate.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

/** A copy of the migrations, which the test changes. */
async function copy(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS, folder, { recursive: true });
  return folder;
}

describe('migrate', () => {
  it('runs each migration once when four replicas start at the same time', { skip }, async (t) => {
    const replicas = await createDatabase(t, 4);
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).migration) });
    await Promise.all(replicas.map((database) => migrate(database, MIGRATIONS, log)));
    const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
    assert.deepEqual(lines, names);
    const recorded = await replicas[0].rows<{ name: string }>(
      'SELECT name FROM schema_migrations ORDER BY name',
    );
    assert.deepEqual(
      recorded.map(({ name }) => name),
      names,
    );
  });

  it('continues after a replica that died between a migration and its record', {
    skip,
  }, async (t) => {
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    await database.change('DELETE FROM schema_migrations');
    await migrate(database, MIGRATIONS, silent);
    const [row] = await database.rows<{ count: number }>('SELECT COUNT(*) AS count FROM schema_migrations');
    assert.equal(Number(row?.count), (await readdir(MIGRATIONS)).length);
  });

  it('runs a later migration after the earlier ones, and takes other line ends for no change', {
    skip,
  }, async (t) => {
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    const folder = await copy(t);
    await writeFile(join(folder, '900_more.sql'), 'CREATE TABLE IF NOT EXISTS more\n(id INT)\n');
    await migrate(database, folder, silent);
    assert.deepEqual(await database.rows('SELECT * FROM more'), []);
    await writeFile(join(folder, '900_more.sql'), 'CREATE TABLE IF NOT EXISTS more\r\n(id INT)\r\n');
    await migrate(database, folder, silent);
    // The older release is started again during a rollout.
    await migrate(database, MIGRATIONS, silent);
  });

  it('names a migration that was changed after it had run in an error, and runs no migration', {
    skip,
  }, async (t) => {
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    const folder = await copy(t);
    await writeFile(join(folder, '002_sessions.sql'), 'CREATE TABLE other (id INT)');
    await writeFile(join(folder, '900_more.sql'), 'CREATE TABLE more (id INT)');
    await assert.rejects(migrate(database, folder, silent), /migration 002_sessions\.sql was changed/);
    await assert.rejects(database.rows('SELECT * FROM more'), { code: 'ER_NO_SUCH_TABLE' });
  });

  it('refuses two migrations with the same number', { skip }, async (t) => {
    const [database] = await createDatabase(t);
    const folder = await copy(t);
    await writeFile(join(folder, '003_too.sql'), 'SELECT 1');
    await assert.rejects(migrate(database, folder, silent), /003_too\.sql needs a number of its own/);
  });
});
