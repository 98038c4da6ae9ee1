import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Statements } from '../../../services/auth/database/database.ts';
import { deleteAbandonedGuests } from '../../../services/auth/guests/abandoned-guests.ts';
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

/** Adds guests from long ago, each with an expired session. */
async function addGuests(database: Statements, count: number): Promise<void> {
  const past = '2020-01-01';
  const ids = Array.from({ length: count }, (_, i) => `${i}`.padStart(36, '0'));
  for (let at = 0; at < count; at += 500) {
    const some = ids.slice(at, at + 500);
    await database.change(
      `INSERT INTO users (id, created_at) VALUES ${some.map((id) => `('${id}', '${past}')`).join(', ')}`,
    );
    const values = some.map((id) => `('${id.slice(-22)}', '${id}', '', '${past}', '${past}')`).join(', ');
    await database.change(
      `INSERT INTO sessions (id, user_id, token_hash, created_at, expires_at) VALUES ${values}`,
    );
  }
}

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
    assert.equal((await refresh(call, guest.refresh_token)).status, 401);
  });

  it('ends no session of the user when a registration is repeated, also a late one', { skip }, async (t) => {
    const { call } = await buildAuth(t);
    const { json: guest } = await start(call);
    const granted: string[] = [];
    const add = ({ status, text, json }: Awaited<ReturnType<typeof register>>) => {
      assert.equal(status, 200, text);
      granted.push(json.refresh_token);
    };
    const repeat = () => register(call, guest.access_token);
    for (const reply of await Promise.all([repeat(), repeat(), repeat()])) add(reply);
    add(await login(call));
    add(await repeat());
    for (const token of granted) assert.equal((await refresh(call, token)).status, 200);
    assert.equal((await refresh(call, guest.refresh_token)).status, 401);
  });

  it('ends no session of a guest whose address is taken', { skip }, async (t) => {
    const { call, users } = await buildAuth(t);
    await register(call, (await start(call)).json.access_token);
    const { json: guest } = await start(call);
    const { sub } = await claimsOf(call, guest.access_token);
    assert.equal(await users.registerGuest(sub, EMAIL, 'hash'), 'taken');
    assert.equal(await users.registerGuest('gone', 'new@example.com', 'hash'), 'no_guest');
    assert.equal((await refresh(call, guest.refresh_token)).status, 200);
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
    const { call, sessions, database, clock } = await buildAuth(t);
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
    await deleteAbandonedGuests(database, new Date(Date.now() - 60_000));
    assert.equal(
      (await database.rows('SELECT id FROM users')).length,
      3,
      'a guest is made before its session',
    );
    await deleteAbandonedGuests(database, new Date(Date.now() + 1_000));
    const rows = await database.rows<{ id: string; email: string | null }>('SELECT id, email FROM users');
    assert.deepEqual(rows.map(({ email }) => email).sort(), [EMAIL, null]);
    assert.ok(rows.some(({ id }) => id === ids.live) && !rows.some(({ id }) => id === ids.ended));
    assert.equal((await refresh(call, renewed.refresh_token)).status, 200);
  });

  it('deletes more guests and sessions than one statement does', { skip }, async (t) => {
    const { users, sessions, database } = await buildAuth(t);
    await addGuests(database, 2_500);
    await deleteAbandonedGuests(database, new Date());
    assert.equal((await users.idsAfter('', 1_000)).length, 1_000);
    await sessions.deleteExpired();
    await deleteAbandonedGuests(database, new Date());
    assert.deepEqual(await users.idsAfter('', 1), []);
  });

  it('deletes abandoned guests between many who have sessions, and those of the same moment', {
    skip,
  }, async (t) => {
    const { database } = await buildAuth(t);
    await addGuests(database, 1_600);
    // Every third one. The order by id is another one than that in which they were made.
    await database.change('DELETE FROM sessions WHERE MOD(CAST(user_id AS UNSIGNED), 3) = 0');
    await database.change(
      'UPDATE users SET created_at = created_at - INTERVAL MOD(CAST(id AS UNSIGNED), 7) SECOND',
    );
    await deleteAbandonedGuests(database, new Date());
    const [left] = await database.rows<{ count: number; sessions: number }>(
      'SELECT COUNT(*) AS count, (SELECT COUNT(*) FROM sessions) AS sessions FROM users',
    );
    assert.deepEqual([Number(left?.count), Number(left?.sessions)], [1_066, 1_066]);
  });

  it('lets people start and register while abandoned guests are deleted', { skip }, async (t) => {
    const { call, users, database } = await buildAuth(t);
    await addGuests(database, 600);
    await database.change('DELETE FROM sessions WHERE MOD(CAST(user_id AS UNSIGNED), 2) = 0');
    const { json: waiting } = await start(call);
    // All locks of the statements are held until the end of the transaction.
    await database.inTransaction(async (statements) => {
      await deleteAbandonedGuests(statements, new Date(Date.now() - 60_000));
      const [{ count } = { count: 0 }] = await statements.rows<{ count: number }>(
        'SELECT COUNT(*) AS count FROM users WHERE created_at < NOW() - INTERVAL 1 YEAR',
      );
      assert.equal(Number(count), 300);
      await users.addGuest();
      assert.equal((await register(call, waiting.access_token)).status, 200);
    });
  });

  it('stops deleting guests when the service stops', { skip }, async (t) => {
    const { users, sessions, database } = await buildAuth(t);
    await addGuests(database, 10);
    await sessions.deleteExpired();
    await deleteAbandonedGuests(database, new Date(), AbortSignal.abort());
    assert.equal((await users.idsAfter('', 100)).length, 10);
  });

  it('reads old guests by the index that is made for it', { skip }, async (t) => {
    const { database } = await buildAuth(t);
    await addGuests(database, 600);
    const plans: { key: string; Extra: string }[] = [];
    await deleteAbandonedGuests(
      {
        ...database,
        rows: async <Row>(sql: string, values?: Parameters<Statements['rows']>[1]) => {
          const [plan] = await database.rows<{ key: string; Extra: string }>(`EXPLAIN ${sql}`, values);
          if (plan) plans.push(plan);
          return database.rows<Row>(sql, values);
        },
      },
      new Date(),
    );
    assert.ok(plans.length > 1);
    for (const { key, Extra } of plans) {
      assert.equal(key, 'users_guests');
      assert.doesNotMatch(Extra, /filesort/);
    }
  });
});
