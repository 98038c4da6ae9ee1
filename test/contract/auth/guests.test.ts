import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../../support/basic-auth.ts';
import type { Client } from '../../support/in-process.ts';
import { skip } from './database-for-test.ts';
import { buildAuth, DAY_SECONDS } from './test-auth.ts';

const EMAIL = 'Ann@example.com';
const PASSWORD = 'open: sésame!';

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const start = (call: Client) => call('POST', '/guests');
const refresh = (call: Client, token: string) => call('POST', '/refresh', { body: { refresh_token: token } });
const claimsOf = async (call: Client, token: string) => (await call('GET', '/validate', bearer(token))).json;
const register = (call: Client, token: string, email = EMAIL, password = PASSWORD) =>
  call('POST', '/guests/registration', { ...bearer(token), body: { email, password } });
const login = (call: Client) =>
  call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });

describe('createAuthApp, for guests', () => {
  it('gives tokens to a guest, which say that there is no address', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const granted = await start(call);
    assert.equal(granted.status, 200, granted.text);
    const claims = await claimsOf(call, granted.json.access_token);
    assert.deepEqual([claims.guest, claims.email], [true, undefined]);
    const next = await refresh(call, granted.json.refresh_token);
    const renewed = await claimsOf(call, next.json.access_token);
    assert.deepEqual([renewed.sub, renewed.guest], [claims.sub, true]);
  });

  it('makes as many guests as are asked for, each of which registers', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const guests = await Promise.all(Array.from({ length: 3 }, () => start(call)));
    const replies = await Promise.all(
      guests.map(({ json }, i) => register(call, json.access_token, `guest-${i}@example.com`)),
    );
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200],
    );
  });

  it('turns a guest into a user with the same id, who can log in', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const { json: guest } = await start(call);
    const { sub } = await claimsOf(call, guest.access_token);
    const registered = await register(call, guest.access_token);
    assert.equal(registered.status, 200, registered.text);
    for (const { json } of [registered, await login(call)]) {
      const claims = await claimsOf(call, json.access_token);
      assert.deepEqual([claims.sub, claims.email, claims.guest], [sub, EMAIL, undefined]);
    }
  });

  it('ends the other sessions of a guest who registers, and keeps the new one', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const { json: guest } = await start(call);
    const { json: registered } = await register(call, guest.access_token);
    assert.equal((await refresh(call, guest.refresh_token)).status, 401);
    assert.equal((await refresh(call, registered.refresh_token)).status, 200);
  });

  it('answers a repeated registration with a session of the same account', { skip }, async (t) => {
    const { call, database } = await buildAuth(t);
    const { json: guest } = await start(call);
    const replies = [await register(call, guest.access_token), await register(call, guest.access_token)];
    const claims = await Promise.all(replies.map(({ json }) => claimsOf(call, json.access_token)));
    assert.equal(claims[0].sub, claims[1].sub);
    assert.equal((await database.rows('SELECT id FROM users')).length, 1);
    assert.equal((await database.rows('SELECT id FROM sessions')).length, 1);
  });

  it('registers one of two guests who ask for one address at the same time', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const guests = [await start(call), await start(call)];
    const replies = await Promise.all(guests.map(({ json }) => register(call, json.access_token)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  });

  it('refuses registration to a user, to nobody, and without credentials', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const { json: guest } = await start(call);
    const { json: user } = await register(call, guest.access_token);
    const refused = await register(call, user.access_token, 'other@example.com');
    assert.deepEqual([refused.status, refused.json.code], [409, 'state_conflict']);
    assert.equal((await register(call, 'nonsense')).json.code, 'invalid_token');
    const { json: other } = await start(call);
    const empty = await call('POST', '/guests/registration', { ...bearer(other.access_token), body: {} });
    assert.equal(empty.json.code, 'bad_request');
  });

  it('lets nobody log in as a guest', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    await start(call);
    for (const email of ['', 'null', 'NULL']) {
      const reply = await call('POST', '/login', { headers: { authorization: basic(email, '') } });
      assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_credentials']);
    }
  });

  it('ends the session of a guest sooner than that of a user', { skip }, async (t) => {
    const { call, clock } = await buildAuth(t);
    const { json: guest } = await start(call);
    const { json: other } = await start(call);
    const { json: user } = await register(call, other.access_token);
    clock.ms += (DAY_SECONDS + 1) * 1000;
    assert.equal((await refresh(call, guest.refresh_token)).status, 401);
    assert.equal((await refresh(call, user.refresh_token)).status, 200);
  });

  it('deletes guests without a session, and neither users nor other guests', { skip }, async (t) => {
    const { call, users, sessions, database, clock } = await buildAuth(t);
    const { json: ended } = await start(call);
    const { json: live } = await start(call);
    await register(call, (await start(call)).json.access_token);
    const idOf = async ({ access_token }: { access_token: string }) =>
      (await claimsOf(call, access_token)).sub;
    const ids = { ended: await idOf(ended), live: await idOf(live) };
    clock.ms += (DAY_SECONDS - 10) * 1000;
    const { json: renewed } = await refresh(call, live.refresh_token);
    clock.ms += 20_000;
    await sessions.deleteExpired();
    await users.deleteAbandonedGuests(new Date(Date.now() - 60_000));
    assert.equal(
      (await database.rows('SELECT id FROM users')).length,
      3,
      'a guest is made before its session',
    );
    await users.deleteAbandonedGuests(new Date(Date.now() + 1_000));
    const rows = await database.rows<{ id: string; email: string | null }>('SELECT id, email FROM users');
    assert.deepEqual(rows.map(({ email }) => email).sort(), [EMAIL, null]);
    assert.ok(rows.some(({ id }) => id === ids.live) && !rows.some(({ id }) => id === ids.ended));
    assert.equal((await refresh(call, renewed.refresh_token)).status, 200);
  });

  it('deletes more guests and sessions than one statement does', { skip }, async (t) => {
    const { users, sessions, database } = await buildAuth(t);
    const rows = Array.from({ length: 2_500 }, (_, i) => `${i}`.padStart(36, '0'));
    const past = '2020-01-01';
    for (let at = 0; at < rows.length; at += 500) {
      const some = rows.slice(at, at + 500);
      await database.change(
        `INSERT INTO users (id, created_at) VALUES ${some.map((id) => `('${id}', '${past}')`).join(', ')}`,
      );
      const values = some.map((id) => `('${id.slice(-22)}', '${id}', '', '${past}', '${past}')`).join(', ');
      await database.change(
        `INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES ${values}`,
      );
    }
    await users.deleteAbandonedGuests(new Date());
    assert.equal((await users.idsAfter('', 1_000)).length, 1_000);
    await sessions.deleteExpired();
    await users.deleteAbandonedGuests(new Date());
    assert.deepEqual(await users.idsAfter('', 1), []);
  });
});
