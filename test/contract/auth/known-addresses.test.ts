import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { migrate } from '../../../services/auth/database/migrate.ts';
import {
  createKnownAddresses,
  deleteExpiredAddresses,
  forgetAddresses,
} from '../../../services/auth/limits/known-addresses.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

const ANN = 'ann@example.com';
const HOME = '198.51.100.7';
const THIEF = '203.0.113.9';
const DAY_MS = 24 * 3600_000;

async function build(t: TestContext) {
  const [database] = await createDatabase(t);
  await migrate(database, MIGRATIONS, silent);
  const clock = { ms: Date.now() };
  const known = createKnownAddresses(database, () => clock.ms);
  const knows = async (account = ANN) => [await known.has(account, HOME), await known.has(account, THIEF)];
  return { database, clock, known, knows };
}

describe('createKnownAddresses', () => {
  it('forgets all addresses of one account, and knows those again that are remembered afterwards', {
    skip,
  }, async (t) => {
    const { database, clock, known, knows } = await build(t);
    for (const account of [ANN, 'bob@example.com'])
      for (const address of [HOME, THIEF]) await known.remember(account, address);
    assert.deepEqual(await knows(), [true, true]);
    await forgetAddresses(database, ANN, clock.ms);
    assert.deepEqual(await knows(), [false, false]);
    await known.remember(ANN, HOME);
    assert.deepEqual(await knows(), [true, false]);
    assert.deepEqual(await knows('bob@example.com'), [true, true]);
  });

  it('does not know a forgotten address again later, also where the clock of a replica is behind', {
    skip,
  }, async (t) => {
    const { database, clock, known, knows } = await build(t);
    await known.remember(ANN, THIEF);
    await forgetAddresses(database, ANN, clock.ms - 5_000);
    for (let day = 0; day <= 100; day += 10, clock.ms += 10 * DAY_MS) {
      assert.deepEqual(await knows(), [false, false], `after ${day} days`);
      await deleteExpiredAddresses(database, clock.ms);
    }
    assert.deepEqual(await database.rows('SELECT id FROM known_addresses'), []);
  });

  it('knows an address for 90 days after the last login', { skip }, async (t) => {
    const { clock, known, knows } = await build(t);
    for (let login = 0; login < 2; login++) {
      await known.remember(ANN, HOME);
      clock.ms += 89 * DAY_MS;
      assert.deepEqual(await knows(), [true, false]);
    }
    clock.ms += 2 * DAY_MS;
    assert.deepEqual(await knows(), [false, false]);
  });
});
