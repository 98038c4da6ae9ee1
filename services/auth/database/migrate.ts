import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../shared/runtime/log.ts';
import type { Database, Statements } from './database.ts';
import { isDuplicateColumnName, isDuplicateKeyName } from './database-errors.ts';

/** A replica waits this long while another one migrates a large table. */
const LOCK_TIMEOUT_SECONDS = 600;

const HISTORY = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name VARCHAR(190) NOT NULL PRIMARY KEY,
  checksum CHAR(64) NOT NULL,
  applied_at DATETIME(3) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the text. It does not depend on the line ends of a checkout. */
  checksum: string;
}

/**
 * Runs the files `001_name.sql`, `002_name.sql` … of a folder against the database, each once, in their order.
 *
 * Numbers may be left out, as 012 was. MySQL commits every DDL statement by itself. So a file holds ONE statement, which may run twice (`IF NOT EXISTS`), because
 * a replica can die between the statement and its record. It may add columns and keys, too: see {@link runAgain}. A recorded migration without a file is allowed: during a rollout,
 * the older release starts with the newer schema. Throws when the file of a migration that has run was changed.
 */
export async function migrate(database: Database, folder: string, log: Log): Promise<void> {
  const migrations = await readMigrations(folder);
  await database.withLock('migrations', LOCK_TIMEOUT_SECONDS, async ({ rows, change }) => {
    await change(HISTORY);
    const history = await rows<{ name: string; checksum: string }>(
      'SELECT name, checksum FROM schema_migrations',
    );
    const applied = new Map(history.map(({ name, checksum }) => [name, checksum]));
    const changed = migrations.filter(({ name, checksum }) => (applied.get(name) ?? checksum) !== checksum);
    if (changed.length > 0) {
      const names = changed.map(({ name }) => name).join(', ');
      throw new Error(`migration ${names} was changed after it had run: restore the file and add a new one`);
    }
    for (const { name, sql, checksum } of migrations.filter((migration) => !applied.has(migration.name))) {
      await runAgain(change, sql);
      await change('INSERT INTO schema_migrations (name, checksum, applied_at) VALUES (?, ?, ?)', [
        name,
        checksum,
        new Date(),
      ]);
      log.info({ migration: name }, 'migrated');
    }
  });
}

/**
 * Runs a statement that may have run before. MySQL has no `ADD KEY IF NOT EXISTS`, and none for columns. An ALTER takes effect as
 * a whole, so where its key or column is there, so is everything else.
 */
async function runAgain(change: Statements['change'], sql: string): Promise<void> {
  try {
    await change(sql);
  } catch (error) {
    if (!isDuplicateKeyName(error) && !isDuplicateColumnName(error)) throw error;
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = names.map((name) => /^\d{3}(?=_)/.exec(name)?.[0]);
  const wrong = names.find((_name, i) => !numbers[i] || numbers.indexOf(numbers[i]) !== i);
  if (wrong) throw new Error(`migration ${wrong} needs a number of its own: 001_name.sql`);
  return Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n').trim();
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
