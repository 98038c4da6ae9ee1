import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { systemsUnderTest } from '../support/systems-under-test.ts';

const CLEANUP = 'DELETE FROM state WHERE expiration_time IS NOT NULL AND expiration_time < CURRENT_TIMESTAMP';

for (const { name, choice, stateRoot } of systemsUnderTest()) {
  const skip = choice.blobs !== 'sqlite' && 'its store is another one';
  it(`the cleanup of the store ${name} reads only what has expired`, { skip }, () => {
    const file = join(stateRoot, '.data', 'store.sqlite');
    const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${CLEANUP}`).get();
    database.close();
    assert.match(String(plan?.detail), /^SEARCH state USING INDEX/);
  });
}
