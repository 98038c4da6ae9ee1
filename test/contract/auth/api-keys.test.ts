import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { composeApiKey } from '../../../services/shared/contract/api-key.ts';
import { basic } from '../../support/basic-auth.ts';
import { skip } from './database-for-test.ts';
import { buildAuth, DAY_SECONDS } from './test-auth.ts';

const EMAIL = 'Ann@example.com';
const PASSWORD = 'open: sésame';

/** Auth with one user, who is logged in. */
async function build(t: TestContext) {
  const auth = await buildAuth(t);
  const { call } = auth;
  async function logIn(email: string) {
    await call('POST', '/register', { body: { email, password: PASSWORD } });
    const { json } = await call('POST', '/login', { headers: { authorization: basic(email, PASSWORD) } });
    return { authorization: `Bearer ${json.access_token}` };
  }
  const headers = await logIn(EMAIL);
  const make = (body: object, as = headers) =>
    call('POST', '/account/keys', { headers: as, body: { password: PASSWORD, ...body } });
  const list = async (as = headers) => (await call('GET', '/account/keys', { headers: as })).json.keys;
  const check = (key: string) => call('POST', '/keys/check', { body: { key } });
  return { ...auth, logIn, headers, make, list, check };
}

const WANTED = { name: 'backup', scopes: ['read', 'upload'], expires_in_days: 30 };

describe('API keys', () => {
  it('shows a key once, and stores only its hash', { skip }, async (t) => {
    const { make, list, check, clock, database } = await build(t);
    const { status, json, headers } = await make(WANTED);
    assert.deepEqual([status, headers['cache-control']], [201, 'no-store']);
    const { key, ...view } = json;
    assert.match(key, new RegExp(`^mp3_${view.id}_[0-9A-Za-z]{49}$`));
    assert.deepEqual(await list(), [view]);
    assert.deepEqual(view, {
      id: view.id,
      name: 'backup',
      scopes: ['upload', 'read'],
      created_at: new Date(clock.ms).toISOString(),
      expires_at: new Date(clock.ms + 30 * DAY_SECONDS * 1000).toISOString(),
      last_used_at: null,
    });
    const stored = JSON.stringify(await database.rows('SELECT * FROM api_keys'));
    assert.ok(stored.includes(view.id) && !stored.includes(key.split('_')[2].slice(0, 20)));
    const reply = await check(key);
    assert.equal(reply.status, 200);
    const { sub, ...known } = reply.json;
    assert.match(sub, /^[\da-f-]{36}$/);
    assert.deepEqual(known, {
      id: view.id,
      scopes: view.scopes,
      expires_at: view.expires_at,
      email: EMAIL,
    });
  });

  it('notes the last use to the minute', { skip }, async (t) => {
    const { make, list, check, clock } = await build(t);
    const { json } = await make(WANTED);
    const first = clock.ms;
    await check(json.key);
    clock.ms += 59_000;
    await check(json.key);
    assert.equal((await list())[0].last_used_at, new Date(first).toISOString());
    clock.ms += 1_000;
    await check(json.key);
    assert.equal((await list())[0].last_used_at, new Date(first + 60_000).toISOString());
  });

  it('refuses a key after its expiry, and lists it until it is deleted', { skip }, async (t) => {
    const { make, list, check, clock, logIn } = await build(t);
    const { json } = await make({ ...WANTED, expires_in_days: 1 });
    clock.ms += DAY_SECONDS * 1000 - 1;
    assert.equal((await check(json.key)).status, 200);
    clock.ms += 1;
    assert.equal((await check(json.key)).status, 401);
    assert.equal((await list(await logIn(EMAIL))).length, 1);
  });

  it('tells the gateways of a deleted key, and refuses it', { skip }, async (t) => {
    const { make, list, check, call, headers } = await build(t);
    const { json } = await make(WANTED);
    assert.equal((await call('POST', '/account/keys/end', { headers, body: { id: json.id } })).status, 204);
    assert.deepEqual(await list(), []);
    assert.equal((await check(json.key)).status, 401);
    assert.deepEqual((await call('GET', '/revocations')).json.revoked, [json.id]);
    const again = await call('POST', '/account/keys/end', { headers, body: { id: json.id } });
    assert.deepEqual([again.status, again.json.code], [404, 'not_found']);
  });

  it('lets nobody see or delete the keys of another user', { skip }, async (t) => {
    const { make, list, check, call, logIn } = await build(t);
    const { json } = await make(WANTED);
    const other = await logIn('bob@example.com');
    assert.deepEqual(await list(other), []);
    assert.equal(
      (await call('POST', '/account/keys/end', { headers: other, body: { id: json.id } })).status,
      404,
    );
    assert.equal((await check(json.key)).status, 200);
  });

  it('refuses invented keys of the right form without reading the database', { skip }, async (t) => {
    const { make, check, database } = await build(t);
    const { json } = await make(WANTED);
    await database.change('RENAME TABLE api_keys TO hidden');
    const invented = composeApiKey({ id: 'Ab3dEf6hIj9lMn0p', secret: 'x'.repeat(43) });
    assert.equal((await check(invented)).status, 401);
    assert.equal((await check(`${json.key.slice(0, -1)}!`)).status, 401);
    assert.equal((await check(json.key)).status, 500);
    await database.change('RENAME TABLE hidden TO api_keys');
    const wrong = composeApiKey({ id: json.id, secret: 'x'.repeat(43) });
    assert.equal((await check(wrong)).status, 401);
  });

  it('makes no more than 50 keys for an account, also at the same time', { skip }, async (t) => {
    const { make, list, database } = await build(t);
    await make(WANTED);
    const columns = 'user_id, name, secret_hash, scopes, created_at, expires_at';
    for (let number = 0; number < 47; number++)
      await database.change(
        `INSERT INTO api_keys (id, ${columns}) SELECT ?, ${columns} FROM api_keys LIMIT 1`,
        [String(number).padStart(16, '0')],
      );
    const replies = await Promise.all(Array.from({ length: 5 }, () => make(WANTED)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 201, 409, 409, 409]);
    assert.equal((await list()).length, 50);
  });

  it('ends with the account', { skip }, async (t) => {
    const { make, check, database } = await build(t);
    const { json } = await make(WANTED);
    await database.change('DELETE FROM users');
    assert.equal((await check(json.key)).status, 401);
  });

  it('needs a session that has not ended', { skip }, async (t) => {
    const { make, call, headers } = await build(t);
    await make(WANTED);
    const { json } = await call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });
    await call('POST', '/logout', { body: { refresh_token: json.refresh_token } });
    const ended = { authorization: `Bearer ${json.access_token}` };
    assert.equal((await make(WANTED, ended)).status, 401);
    assert.equal((await make(WANTED, headers)).status, 201);
  });

  it('is not for guests', { skip }, async (t) => {
    const { make, call } = await build(t);
    const { json } = await call('POST', '/guests');
    const { status, json: problem } = await make(WANTED, { authorization: `Bearer ${json.access_token}` });
    assert.deepEqual([status, problem.code], [409, 'state_conflict']);
  });

  const BAD: [what: string, body: object][] = [
    ['no name', { scopes: ['read'] }],
    ['an empty name', { ...WANTED, name: ' \u202e ' }],
    ['a long name', { ...WANTED, name: 'x'.repeat(101) }],
    ['no scope', { ...WANTED, scopes: [] }],
    ['an unknown scope', { ...WANTED, scopes: ['admin'] }],
    ['no end', { ...WANTED, expires_in_days: null }],
    ['an end in the past', { ...WANTED, expires_in_days: 0 }],
    ['an end beyond a year', { ...WANTED, expires_in_days: 367 }],
    ['an end within a day', { ...WANTED, expires_in_days: 0.5 }],
  ];
  for (const [what, body] of BAD) {
    it(`refuses a key with ${what}`, { skip }, async (t) => {
      const { make } = await build(t);
      const { status, json } = await make(body);
      assert.deepEqual([status, json.code], [400, 'bad_request']);
    });
  }
});
