import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hash } from '@node-rs/argon2';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { basic } from '../../support/basic-auth.ts';
import type { Client } from '../../support/in-process.ts';
import { skip } from './database-for-test.ts';
import { buildAuth as build, DAY_SECONDS } from './test-auth.ts';

const EMAIL = 'Ann@example.com';
const PASSWORD = 'open: sésame!';

const register = (call: Client, email = EMAIL, password = PASSWORD) =>
  call('POST', '/register', { body: { email, password } });
const login = (call: Client, email = EMAIL, password = PASSWORD) =>
  call('POST', '/login', { headers: { authorization: basic(email, password) } });
const refresh = (call: Client, token: string) => call('POST', '/refresh', { body: { refresh_token: token } });
const logout = (call: Client, token: string) => call('POST', '/logout', { body: { refresh_token: token } });
const validate = (call: Client, token: string) =>
  call('GET', '/validate', { headers: { authorization: `Bearer ${token}` } });

const REUSE_MS = 30_000;

describe('createAuthApp', () => {
  it('registers a user, logs the user in, and identifies the user by the token', { skip }, async (t) => {
    const { call } = await build(t);
    const registered = await register(call);
    assert.equal(registered.status, 201);
    assert.deepEqual(Object.keys(registered.json), ['id', 'email']);
    assert.equal(registered.json.email, EMAIL);
    const granted = await login(call, 'ann@EXAMPLE.com');
    assert.equal(granted.status, 200, granted.text);
    assert.equal(granted.json.token_type, 'Bearer');
    assert.equal(granted.json.expires_in, 900);
    const { json: claims } = await validate(call, granted.json.access_token);
    assert.equal(claims.sub, registered.json.id);
    assert.equal(claims.email, EMAIL);
    assert.equal(claims.exp - claims.iat, 900);
  });

  it('signs tokens that can be verified with the published keys', { skip }, async (t) => {
    const { call } = await build(t);
    await register(call);
    const { json } = await login(call);
    const keys = createLocalJWKSet((await call('GET', '/.well-known/jwks.json')).json);
    const { payload } = await jwtVerify(json.access_token, keys, { issuer: 'us', audience: 'us' });
    assert.equal(payload.email, EMAIL);
  });

  it('stores no secret in plain text', { skip }, async (t) => {
    const { call, database } = await build(t);
    await register(call);
    const { json: first } = await login(call);
    const { json: second } = await refresh(call, first.refresh_token);
    const stored = JSON.stringify([
      await database.rows('SELECT * FROM users'),
      await database.rows('SELECT * FROM sessions'),
      await database.rows('SELECT * FROM refresh_exchanges'),
    ]);
    assert.ok(!stored.includes(PASSWORD));
    for (const { refresh_token } of [first, second]) assert.ok(!stored.includes(refresh_token.split('.')[1]));
  });

  it('is ready while the database answers', { skip }, async (t) => {
    const { call } = await build(t);
    assert.equal((await call('GET', '/readyz')).status, 200);
  });
});

describe('POST /register', () => {
  it('makes one account for an address, in any case and with any number of requests at the same time', {
    skip,
  }, async (t) => {
    const { call, database } = await build(t);
    const passwords = [PASSWORD, 'another password', 'a third password', PASSWORD, PASSWORD];
    const emails = [EMAIL, 'ann@example.com', 'ANN@EXAMPLE.COM', EMAIL, 'ann@example.com'];
    const replies = await Promise.all(
      emails.map((email, number) => register(call, email, String(passwords[number]))),
    );
    const registered = replies.filter(({ status }) => status === 201);
    // All of them have the password of the first.
    assert.equal(new Set(registered.map(({ text }) => text)).size, 1);
    assert.ok([1, 3].includes(registered.length), `${registered.length} were registered`);
    const others = replies.filter(({ status }) => status !== 201);
    assert.deepEqual(new Set(others.map(({ json }) => json.code)), new Set(['email_taken']));
    const [row] = await database.rows<{ count: number }>('SELECT COUNT(*) AS count FROM users');
    assert.equal(Number(row?.count), 1);
  });

  it('answers a repeated registration with the same account, and another password with 409', {
    skip,
  }, async (t) => {
    const { call } = await build(t);
    const first = await register(call);
    const again = await register(call, 'ANN@example.com');
    assert.deepEqual([again.status, again.json], [201, first.json]);
    const other = await register(call, EMAIL, 'another password');
    assert.deepEqual([other.status, other.json.code], [409, 'email_taken']);
    assert.equal((await login(call)).status, 200);
    assert.equal((await login(call, EMAIL, 'another password')).status, 401);
  });

  for (const [code, email, password] of [
    ['invalid_email', 'ann@example.com;eve@example.com', PASSWORD],
    ['weak_password', EMAIL, 'short'],
  ] as const) {
    it(`refuses a registration with 422 ${code}`, { skip }, async (t) => {
      const { call } = await build(t);
      const reply = await register(call, email, password);
      assert.equal(reply.status, 422);
      assert.equal(reply.json.code, code);
    });
  }
});

describe('GET /users', () => {
  it('lists the ids of all users page by page, each of them once', { skip }, async (t) => {
    const { call } = await build(t);
    const ids: string[] = [];
    for (let number = 0; number < 5; number++) {
      ids.push((await register(call, `user-${number}@example.com`)).json.id);
    }
    const pages: string[][] = [];
    for (let after = ''; ; after = pages.at(-1)?.at(-1) ?? '') {
      const { status, json } = await call('GET', `/users?after=${after}&limit=2`);
      assert.equal(status, 200);
      if (json.users.length === 0) break;
      pages.push(json.users);
    }
    assert.deepEqual(pages.flat(), ids.sort());
    assert.deepEqual(
      pages.map(({ length }) => length),
      [2, 2, 1],
    );
  });
});

describe('POST /login', () => {
  it('gives the same response for a wrong password, an unknown user and hostile names', {
    skip,
  }, async (t) => {
    const { call } = await build(t);
    await register(call);
    const replies = [
      await login(call, EMAIL, `${PASSWORD} `),
      await login(call, 'bob@example.com'),
      await login(call, EMAIL, ''),
      await login(call, "' OR 1=1 -- ", PASSWORD),
      await login(call, 'änn@example.com', PASSWORD),
      await login(call, `${EMAIL} `, PASSWORD),
    ];
    for (const reply of replies) {
      assert.equal(reply.status, 401);
      assert.equal(reply.text, replies[0]?.text);
      assert.equal(reply.headers['www-authenticate'], 'Basic realm="mp3converter", charset="UTF-8"');
    }
  });

  it('replaces a hash with older parameters at the next login', { skip }, async (t) => {
    const { call, database } = await build(t);
    await register(call);
    await database.change('UPDATE users SET password_hash = ?', [await hash(PASSWORD, { memoryCost: 4096 })]);
    assert.equal((await login(call, EMAIL, 'wrong')).status, 401);
    const stored = async () =>
      (await database.rows<{ hash: string }>('SELECT password_hash AS hash FROM users'))[0]?.hash;
    assert.match(String(await stored()), /m=4096/);
    assert.equal((await login(call)).status, 200);
    assert.match(String(await stored()), /m=19456,t=2,p=1/);
    assert.equal((await login(call)).status, 200);
  });

  it('lets some of many concurrent logins wait, and refuses the others with 503 and Retry-After', {
    skip,
  }, async (t) => {
    const { call } = await build(t, { queue: 3 });
    await register(call);
    const replies = await Promise.all(Array.from({ length: 20 }, () => login(call)));
    const refused = replies.filter(({ status }) => status === 503);
    assert.ok(refused.length >= 10, `${refused.length} refused`);
    assert.equal(replies.filter(({ status }) => status === 200).length, 20 - refused.length);
    for (const { headers } of refused) assert.equal(headers['retry-after'], '2');
    assert.equal((await login(call)).status, 200);
  });
});

describe('POST /refresh', () => {
  it('exchanges a refresh token for the next one', { skip }, async (t) => {
    const { call } = await build(t);
    const { json: user } = await register(call);
    let { refresh_token: token } = (await login(call)).json;
    for (let i = 0; i < 3; i++) {
      const { status, json } = await refresh(call, token);
      assert.equal(status, 200);
      assert.notEqual(json.refresh_token, token);
      assert.equal((await validate(call, json.access_token)).json.sub, user.id);
      token = json.refresh_token;
    }
  });

  it('exchanges a refresh token that is used again within 30 s for the same next one', {
    skip,
  }, async (t) => {
    const { call, clock, reused } = await build(t);
    await register(call);
    const { json: first } = await login(call);
    let token = first.refresh_token;
    // This holds for the first token and for later ones.
    for (let round = 0; round < 3; round++) {
      const { json: next } = await refresh(call, token);
      clock.ms += REUSE_MS - 1;
      const again = await refresh(call, token);
      assert.equal(again.status, 200);
      assert.equal(again.json.refresh_token, next.refresh_token);
      assert.equal((await validate(call, again.json.access_token)).status, 200);
      token = next.refresh_token;
    }
    assert.equal((await refresh(call, token)).status, 200);
    assert.deepEqual(reused, []);
  });

  it('revokes the session of a refresh token that is used again after 30 s, and no other session', {
    skip,
  }, async (t) => {
    const { call, clock, reused } = await build(t);
    const { json: user } = await register(call);
    const { json: first } = await login(call);
    const { json: other } = await login(call);
    const { json: second } = await refresh(call, first.refresh_token);
    clock.ms += REUSE_MS;
    const again = await refresh(call, first.refresh_token);
    assert.equal(again.status, 401);
    assert.equal(again.json.code, 'invalid_token');
    assert.deepEqual(reused, [user.id]);
    assert.equal((await refresh(call, second.refresh_token)).status, 401);
    assert.equal((await refresh(call, other.refresh_token)).status, 200);
  });

  it('does not prolong the 30 s when an exchange is repeated', { skip }, async (t) => {
    const { call, clock } = await build(t);
    await register(call);
    const { json } = await login(call);
    await refresh(call, json.refresh_token);
    clock.ms += REUSE_MS - 1;
    assert.equal((await refresh(call, json.refresh_token)).status, 200);
    clock.ms += 1;
    assert.equal((await refresh(call, json.refresh_token)).status, 401);
  });

  it('revokes the session of a refresh token whose successor was exchanged, also within 30 s', {
    skip,
  }, async (t) => {
    const { call, reused } = await build(t);
    const { json: user } = await register(call);
    const { json: first } = await login(call);
    const { json: second } = await refresh(call, first.refresh_token);
    const { json: third } = await refresh(call, second.refresh_token);
    assert.equal((await refresh(call, first.refresh_token)).status, 401);
    assert.deepEqual(reused, [user.id]);
    assert.equal((await refresh(call, third.refresh_token)).status, 401);
  });

  it('revokes a session when it gets a wrong secret for it', { skip }, async (t) => {
    const { call } = await build(t);
    await register(call);
    const { json } = await login(call);
    const guess = `${json.refresh_token.split('.')[0]}.${'A'.repeat(43)}`;
    assert.equal((await refresh(call, guess)).status, 401);
    assert.equal((await refresh(call, json.refresh_token)).status, 401);
  });

  it('gives many requests at the same time with one refresh token the same next one', { skip }, async (t) => {
    const { call, reused } = await build(t);
    await register(call);
    let { refresh_token: token } = (await login(call)).json;
    for (let round = 0; round < 10; round++) {
      const replies = await Promise.all(Array.from({ length: 8 }, () => refresh(call, token)));
      assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
      const next = new Set<string>(replies.map(({ json }) => json.refresh_token));
      assert.equal(next.size, 1);
      [token] = next;
    }
    assert.deepEqual(reused, []);
  });

  it('gives access tokens that expire after their time, and refresh tokens that expire when they are not used', {
    skip,
  }, async (t) => {
    const { call, clock, sessions, database } = await build(t);
    await register(call);
    const { json } = await login(call);
    clock.ms += 901_000;
    assert.equal((await validate(call, json.access_token)).status, 401);
    clock.ms += 29 * DAY_SECONDS * 1000;
    const { json: next } = await refresh(call, json.refresh_token);
    clock.ms += 29 * DAY_SECONDS * 1000;
    const { json: last } = await refresh(call, next.refresh_token);
    await sessions.deleteExpired();
    assert.equal((await database.rows('SELECT id FROM sessions')).length, 1);
    clock.ms += 30 * DAY_SECONDS * 1000;
    assert.equal((await refresh(call, last.refresh_token)).status, 401);
    await sessions.deleteExpired();
    assert.equal((await database.rows('SELECT id FROM sessions')).length, 0);
    assert.equal((await database.rows('SELECT seed FROM refresh_exchanges')).length, 0);
  });
});

describe('POST /logout', () => {
  it('revokes the session, also with an older token, and can be repeated', { skip }, async (t) => {
    const { call } = await build(t);
    await register(call);
    const { json: first } = await login(call);
    const { json: second } = await refresh(call, first.refresh_token);
    assert.equal((await logout(call, first.refresh_token)).status, 204);
    assert.equal((await refresh(call, second.refresh_token)).status, 401);
    assert.equal((await logout(call, first.refresh_token)).status, 204);
    assert.equal((await logout(call, 'nonsense')).status, 204);
  });

  it('makes a repeated exchange fail', { skip }, async (t) => {
    const { call } = await build(t);
    await register(call);
    const { json } = await login(call);
    await refresh(call, json.refresh_token);
    await logout(call, json.refresh_token);
    assert.equal((await refresh(call, json.refresh_token)).status, 401);
  });
});
