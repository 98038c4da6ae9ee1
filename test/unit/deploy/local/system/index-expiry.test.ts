import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { indexExpiry } from '../../../../../deploy/local/system/index-expiry.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';

/** As state.sqlite creates its table, and as it deletes expired rows (components-contrib 1.18.3). */
const TABLE =
  'CREATE TABLE state (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, is_binary BOOLEAN NOT NULL, etag TEXT NOT NULL, expiration_time TIMESTAMP DEFAULT NULL, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)';
const CLEANUP = 'DELETE FROM state WHERE expiration_time IS NOT NULL AND expiration_time < CURRENT_TIMESTAMP';

function opened(context: TestContext) {
  const folder = temporaryFolder(context);
  const database = new DatabaseSync(path.join(folder, 'store.sqlite'));
  context.after(() => database.close());
  const plan = () => {
    // A read lets this connection notice what another one has changed.
    database.prepare('SELECT key FROM state').get();
    return String(database.prepare(`EXPLAIN QUERY PLAN ${CLEANUP}`).get()?.detail);
  };
  return { folder, database, plan };
}

describe('indexExpiry', () => {
  it('lets the cleanup find expired rows without reading the others', (t) => {
    const { folder, database, plan } = opened(t);
    database.exec(TABLE);
    assert.match(plan(), /^SCAN state/);
    indexExpiry(folder);
    assert.match(plan(), /^SEARCH state USING INDEX state_expiration/);
    database.exec("INSERT INTO state VALUES ('old', '1', 0, 'e', '2020-01-01', CURRENT_TIMESTAMP)");
    database.exec("INSERT INTO state VALUES ('new', '1', 0, 'e', '2999-01-01', CURRENT_TIMESTAMP)");
    database.exec("INSERT INTO state VALUES ('for ever', '1', 0, 'e', NULL, CURRENT_TIMESTAMP)");
    database.exec(CLEANUP);
    const keys = database.prepare('SELECT key FROM state ORDER BY key').all();
    assert.deepEqual(
      keys.map(({ key }) => key),
      ['for ever', 'new'],
    );
  });

  it('may be called again', (t) => {
    const { folder, database, plan } = opened(t);
    database.exec(TABLE);
    indexExpiry(folder);
    indexExpiry(folder);
    assert.match(plan(), /USING INDEX/);
  });

  it('leaves a file without the table alone', (t) => {
    const { folder, database } = opened(t);
    indexExpiry(folder);
    assert.deepEqual(database.prepare('SELECT name FROM sqlite_schema').all(), []);
  });

  it('creates no file where there is no store', (t) => {
    const folder = temporaryFolder(t);
    indexExpiry(folder);
    assert.deepEqual(readdirSync(folder), []);
  });
});
