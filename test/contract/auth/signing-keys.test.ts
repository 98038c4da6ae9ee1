import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { connectDatabase } from '../../../services/auth/database/database.ts';
import { migrate } from '../../../services/auth/database/migrate.ts';
import { KEY_CACHE_SECONDS, LEAD_MS } from '../../../services/auth/tokens/key-schedule.ts';
import { createSigningKeys } from '../../../services/auth/tokens/signing-keys.ts';
import { createTokens } from '../../../services/auth/tokens/tokens.ts';
import { isAppError } from '../../../services/shared/runtime/errors.ts';
import { createDatabase, MIGRATIONS, silent, skip } from './database-for-test.ts';

const DAY = 24 * 3600 * 1000;
const TOKEN_SECONDS = 900;
const CACHE_MS = KEY_CACHE_SECONDS * 1000;
const USER = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'ann@example.com' };

/** Replicas with one database and one clock, which the test sets. */
async function build(t: TestContext, replicas: number) {
  const clock = { ms: Date.UTC(2030, 0, 1) };
  const now = () => clock.ms;
  const databases = await createDatabase(t, replicas);
  await migrate(databases[0], MIGRATIONS, silent);
  const keys = databases.map((database) =>
    createSigningKeys({ database, rotationDays: 30, tokenSeconds: TOKEN_SECONDS, log: silent, now }),
  );
  const tokens = keys.map((source) =>
    createTokens({ keys: source, issuer: 'us', audience: 'us', seconds: TOKEN_SECONDS, now }),
  );
  const sets = () => Promise.all(keys.map((source) => source()));
  return { clock, databases, tokens, sets };
}

const kids = (set: { jwks: { keys: Array<{ kid?: string }> } }) => set.jwks.keys.map(({ kid }) => kid).sort();

describe('createSigningKeys', () => {
  it('gives replicas that start at the same time one key, by which they accept each other’s tokens', {
    skip,
  }, async (t) => {
    const { sets, tokens } = await build(t, 4);
    const all = await sets();
    assert.equal(new Set(all.map(({ signing }) => signing.kid)).size, 1);
    for (const set of all) assert.deepEqual(kids(set), [all[0]?.signing.kid]);
    const token = await tokens[0]?.sign(USER);
    for (const replica of tokens) assert.equal((await replica.verify(String(token))).sub, USER.id);
  });

  it('publishes only public keys', { skip }, async (t) => {
    const { sets } = await build(t, 1);
    const [set] = await sets();
    const members = Object.keys(set?.jwks.keys[0] ?? {}).sort();
    assert.deepEqual(members, ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it('publishes a new key first, then signs with it, and then removes the old key', { skip }, async (t) => {
    const { clock, databases, sets, tokens } = await build(t, 3);
    const old = (await sets())[0]?.signing.kid;

    clock.ms += 30 * DAY;
    const published = await sets();
    const lists = published.map(kids);
    assert.equal(lists[0]?.length, 2);
    for (const list of lists) assert.deepEqual(list, lists[0]);
    for (const { signing } of published) assert.equal(signing.kid, old, 'the new key does not sign yet');
    const [row] = await databases[0].rows<{ count: number }>('SELECT COUNT(*) AS count FROM signing_keys');
    assert.equal(Number(row?.count), 2, 'three replicas, one new key');

    clock.ms += LEAD_MS - 1;
    for (const { signing } of await sets()) assert.equal(signing.kid, old);
    const last = String(await tokens[0]?.sign(USER));

    clock.ms += CACHE_MS;
    const signing = await sets();
    const fresh = kids(signing[0] as never).find((kid) => kid !== old);
    for (const set of signing) assert.equal(set.signing.kid, fresh);

    clock.ms += TOKEN_SECONDS * 1000 - CACHE_MS - 1000;
    for (const replica of tokens)
      assert.equal((await replica.verify(last)).sub, USER.id, 'its last token is good');

    clock.ms += LEAD_MS + CACHE_MS;
    for (const set of await sets()) assert.deepEqual(kids(set), [fresh]);
  });

  it('reads the keys once a minute, with any number of callers', { skip }, async (t) => {
    const clock = { ms: 0 };
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    let reads = 0;
    const counted = {
      ...database,
      rows: <Row>(sql: string) => {
        reads += 1;
        return database.rows<Row>(sql);
      },
    };
    const options = { rotationDays: 30, tokenSeconds: TOKEN_SECONDS, log: silent, now: () => clock.ms };
    const keys = createSigningKeys({ ...options, database: counted });
    await Promise.all(Array.from({ length: 50 }, keys));
    assert.equal(reads, 1);
    clock.ms = CACHE_MS - 1;
    await keys();
    assert.equal(reads, 1);
    clock.ms = CACHE_MS;
    await Promise.all(Array.from({ length: 50 }, keys));
    assert.equal(reads, 2);
  });

  it('returns the known keys while the database is unavailable', { skip }, async (t) => {
    const clock = { ms: Date.UTC(2030, 0, 1) };
    const [database] = await createDatabase(t);
    await migrate(database, MIGRATIONS, silent);
    const nowhere = connectDatabase('mysql://auth@127.0.0.1:1/auth');
    t.after(() => nowhere.close());
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const switched = { ...database };
    const options = { rotationDays: 30, tokenSeconds: TOKEN_SECONDS, now: () => clock.ms };
    const keys = createSigningKeys({ ...options, database: switched, log });
    const { signing } = await keys();
    switched.rows = nowhere.rows;
    clock.ms += CACHE_MS;
    assert.equal((await keys()).signing.kid, signing.kid);
    assert.equal(lines.length, 1);
    const never = createSigningKeys({ ...options, database: nowhere, log });
    await assert.rejects(never(), (error) => isAppError(error, 'unavailable'));
  });
});
