import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createKnownAddresses } from '../../../services/auth/limits/known-addresses.ts';
import { basic } from '../../support/basic-auth.ts';
import type { Client } from '../../support/in-process.ts';
import { takeMails, takeToken } from './account-mails.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

const EMAIL = 'Ann@example.com';
const NEW_EMAIL = 'ann@elsewhere.example.org';
const PASSWORD = 'open: sésame!';
const NEW_PASSWORD = 'another good one';

const login = (call: Client, password = PASSWORD, email = EMAIL) =>
  call('POST', '/login', {
    headers: { authorization: basic(email, password), 'x-client-user-agent': 'curl/8' },
  });
const refresh = (call: Client, token: string) => call('POST', '/refresh', { body: { refresh_token: token } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const revoked = async (call: Client): Promise<string[]> => (await call('GET', '/revocations')).json.revoked;

/** An account with one session. */
async function signedUp(t: TestContext) {
  const auth = await buildAuth(t);
  await auth.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  const { json: grant } = await login(auth.call);
  const headers = bearer(grant.access_token);
  const { json: claims } = await auth.call('GET', '/validate', { headers });
  return { ...auth, grant, headers, claims };
}

describe('POST /account/reset', () => {
  it('sets another password by mail, ends all sessions, and tells the owner', { skip }, async (t) => {
    const { call, database, grant, claims } = await signedUp(t);
    assert.equal((await call('POST', '/account/reset', { body: { email: 'ANN@example.com' } })).status, 202);
    const token = await takeToken(database, 'reset_password');
    const body = { token, password: NEW_PASSWORD };
    const weak = await call('POST', '/account/reset/confirm', { body: { token, password: 'password' } });
    assert.deepEqual([weak.status, weak.json.code], [422, 'weak_password']);
    assert.equal((await call('POST', '/account/reset/confirm', { body })).status, 204);
    assert.equal((await call('POST', '/account/reset/confirm', { body })).json.code, 'link_expired');
    assert.equal((await refresh(call, grant.refresh_token)).status, 401);
    assert.ok((await revoked(call)).includes(claims.sid));
    assert.equal((await login(call)).status, 401);
    assert.equal((await login(call, NEW_PASSWORD)).status, 200);
    const mails = await takeMails(database);
    assert.deepEqual(
      mails.map(({ kind, to }) => [kind, to]),
      [['account_claimed', EMAIL]],
    );
  });

  for (const email of ['nobody@example.com', 'no address', 'a'.repeat(900)]) {
    it(`answers 202 for ${email.slice(0, 30)} and sends nothing`, { skip }, async (t) => {
      const { call, database } = await signedUp(t);
      assert.equal((await call('POST', '/account/reset', { body: { email } })).status, 202);
      assert.deepEqual(await takeMails(database), []);
    });
  }

  it('answers after the same time for an address with an account and one without', { skip }, async (t) => {
    const { call } = await buildAuth(t, { minMs: 300 });
    await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    for (const email of [EMAIL, 'nobody@example.com']) {
      const began = performance.now();
      await call('POST', '/account/reset', { body: { email } });
      assert.ok(performance.now() - began >= 299);
    }
  });

  it('makes the link invalid after 30 minutes, and when a newer one is sent', { skip }, async (t) => {
    const { call, database, clock } = await signedUp(t);
    const ask = () => call('POST', '/account/reset', { body: { email: EMAIL } });
    await ask();
    const older = await takeToken(database, 'reset_password');
    clock.ms += 120_000;
    await ask();
    const newer = await takeToken(database, 'reset_password');
    const confirm = (token: string) =>
      call('POST', '/account/reset/confirm', { body: { token, password: NEW_PASSWORD } });
    assert.equal((await confirm(older)).status, 410);
    clock.ms += 30 * 60_000;
    assert.equal((await confirm(newer)).status, 410);
  });

  it('forgets from which addresses strangers have logged in', { skip }, async (t) => {
    const { call, database, clock } = await signedUp(t);
    const thief = { 'x-client-address': '203.0.113.9' };
    const headers = { ...thief, authorization: basic(EMAIL, PASSWORD) };
    assert.equal((await call('POST', '/login', { headers })).status, 200);
    const known = createKnownAddresses(database, () => clock.ms);
    const isKnown = () => known.has('ann@example.com', '203.0.113.9');
    assert.equal(await isKnown(), true);
    await call('POST', '/account/reset', { body: { email: EMAIL } });
    const token = await takeToken(database, 'reset_password');
    await call('POST', '/account/reset/confirm', { body: { token, password: NEW_PASSWORD } });
    assert.equal(await isKnown(), false);
  });

  it('mails each of many accounts that ask at the same time', { skip }, async (t) => {
    const { call, database } = await buildAuth(t);
    const emails = Array.from({ length: 20 }, (_, number) => `user${number}@example.com`);
    const password_hash = 'none that a password has';
    for (const email of emails)
      await database.change(
        'INSERT INTO users (id, email, email_key, password_hash, created_at) VALUES (?, ?, ?, ?, ?)',
        [randomUUID(), email, email, password_hash, new Date()],
      );
    const ask = () => Promise.all(emails.map((email) => call('POST', '/account/reset', { body: { email } })));
    assert.deepEqual(new Set((await ask()).map(({ status }) => status)), new Set([202]));
    const mails = await takeMails(database);
    assert.deepEqual(mails.map(({ to }) => to).sort(), emails.toSorted());
  });

  it('lets one of several requests with one link set the password', { skip }, async (t) => {
    const { call, database } = await signedUp(t);
    await call('POST', '/account/reset', { body: { email: EMAIL } });
    const token = await takeToken(database, 'reset_password');
    const passwords = ['the first of three', 'the second of three', 'the third of three'];
    const replies = await Promise.all(
      passwords.map((password) => call('POST', '/account/reset/confirm', { body: { token, password } })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 410, 410]);
    const logins = await Promise.all(passwords.map((password) => login(call, password)));
    assert.deepEqual(
      logins.map(({ status }) => status === 200),
      replies.map(({ status }) => status === 204),
    );
  });
});

describe('POST /account/password', () => {
  it('ends the other sessions, keeps its own, and tells the owner', { skip }, async (t) => {
    const { call, database, headers, grant } = await signedUp(t);
    const { json: other } = await login(call);
    const body = { current: PASSWORD, new: NEW_PASSWORD };
    assert.equal((await call('POST', '/account/password', { headers, body })).status, 204);
    assert.equal((await refresh(call, other.refresh_token)).status, 401);
    assert.equal((await refresh(call, grant.refresh_token)).status, 200);
    assert.equal((await login(call, NEW_PASSWORD)).status, 200);
    assert.deepEqual(
      (await takeMails(database)).map(({ kind }) => kind),
      ['password_changed'],
    );
  });

  for (const [what, status, code, body] of [
    ['a wrong password', 403, 'wrong_password', { current: 'not the password', new: NEW_PASSWORD }],
    ['a weak new password', 422, 'weak_password', { current: PASSWORD, new: 'short' }],
    ['a missing field', 400, 'bad_request', { current: PASSWORD }],
  ] as const) {
    it(`refuses ${what} with ${status} ${code}`, { skip }, async (t) => {
      const { call, headers } = await signedUp(t);
      const reply = await call('POST', '/account/password', { headers, body });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.equal((await login(call)).status, 200);
    });
  }

  it('refuses the access token of a session that was ended', { skip }, async (t) => {
    const { call, headers, grant } = await signedUp(t);
    await call('POST', '/logout', { body: { refresh_token: grant.refresh_token } });
    const body = { current: PASSWORD, new: NEW_PASSWORD };
    assert.equal((await call('POST', '/account/password', { headers, body })).status, 401);
  });

  it('refuses a guest', { skip }, async (t) => {
    const { call } = await signedUp(t);
    const { json: guest } = await call('POST', '/guests');
    const reply = await call('GET', '/account', { headers: bearer(guest.access_token) });
    assert.deepEqual([reply.status, reply.json.code], [409, 'state_conflict']);
  });
});

describe('POST /account/email', () => {
  it('changes the address once its link is opened, and tells the old one', { skip }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    const body = { password: PASSWORD, email: NEW_EMAIL };
    assert.equal((await call('POST', '/account/email', { headers, body })).status, 202);
    assert.equal((await login(call)).status, 200);
    const token = await takeToken(database, 'email_change');
    assert.equal((await call('POST', '/account/verification/confirm', { body: { token } })).status, 204);
    assert.equal((await login(call)).status, 401);
    assert.equal((await login(call, PASSWORD, NEW_EMAIL)).status, 200);
    const mails = await takeMails(database);
    assert.deepEqual(
      mails.map(({ kind, to }) => [kind, to]),
      [['email_changed', EMAIL]],
    );
    const { json } = await call('GET', '/account', { headers });
    assert.deepEqual([json.email, json.verified, json.group], [NEW_EMAIL, true, 'user']);
  });

  it('answers after the same time for an address with an account and one without', { skip }, async (t) => {
    const minMs = 400;
    const auth = await buildAuth(t, { minMs });
    for (const email of [EMAIL, NEW_EMAIL])
      await auth.call('POST', '/register', { body: { email, password: PASSWORD } });
    const headers = bearer((await login(auth.call)).json.access_token);
    for (const email of [NEW_EMAIL, 'nobody@example.com']) {
      const since = performance.now();
      const body = { password: PASSWORD, email };
      assert.equal((await auth.call('POST', '/account/email', { headers, body })).status, 202);
      assert.ok(performance.now() - since >= minMs, email);
    }
  });

  it('takes no mail from a registration with the new address', { skip }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    const verifying = await buildAuth(t, { database, requireVerifiedEmail: true });
    await call('POST', '/account/email', { headers, body: { password: PASSWORD, email: NEW_EMAIL } });
    await takeMails(database);
    await verifying.call('POST', '/register', { body: { email: NEW_EMAIL, password: 'of the owner' } });
    const token = await takeToken(database, 'verify_email');
    assert.equal((await call('POST', '/account/verification/confirm', { body: { token } })).status, 204);
    assert.equal((await login(call, 'of the owner', NEW_EMAIL)).status, 200);
  });

  it('changes the address once for several requests with one link', { skip }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    await call('POST', '/account/email', { headers, body: { password: PASSWORD, email: NEW_EMAIL } });
    const token = await takeToken(database, 'email_change');
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => call('POST', '/account/verification/confirm', { body: { token } })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 410, 410, 410, 410, 410]);
    assert.equal((await takeMails(database)).length, 1);
  });

  it('answers in the same way for the address of another account, and tells its owner', {
    skip,
  }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    await call('POST', '/register', { body: { email: NEW_EMAIL, password: PASSWORD } });
    const body = { password: PASSWORD, email: NEW_EMAIL };
    assert.equal((await call('POST', '/account/email', { headers, body })).status, 202);
    const mails = await takeMails(database);
    assert.deepEqual(
      mails.map(({ kind, to }) => [kind, to]),
      [['account_exists', NEW_EMAIL]],
    );
  });

  it('does not take an address that was registered before the link is opened', { skip }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    await call('POST', '/account/email', { headers, body: { password: PASSWORD, email: NEW_EMAIL } });
    const token = await takeToken(database, 'email_change');
    await call('POST', '/register', { body: { email: NEW_EMAIL, password: 'of another person' } });
    assert.equal((await call('POST', '/account/verification/confirm', { body: { token } })).status, 410);
    assert.equal((await login(call)).status, 200);
    assert.equal((await login(call, 'of another person', NEW_EMAIL)).status, 200);
  });

  it('mails a stranger once an hour, whichever accounts ask for it', { skip }, async (t) => {
    const { call, database, headers } = await signedUp(t);
    await call('POST', '/register', { body: { email: 'eve@example.com', password: PASSWORD } });
    const { json: eve } = await login(call, PASSWORD, 'eve@example.com');
    const body = { password: PASSWORD, email: 'stranger@example.net' };
    await Promise.all(
      [headers, bearer(eve.access_token), headers, bearer(eve.access_token)].map((sender) =>
        call('POST', '/account/email', { headers: sender, body }),
      ),
    );
    assert.equal((await takeMails(database)).length, 1);
  });
});

describe('GET /account/sessions', () => {
  it('lists the sessions of the user alone, and ends one or all others', { skip }, async (t) => {
    const { call, headers, claims, grant } = await signedUp(t);
    await call('POST', '/register', { body: { email: NEW_EMAIL, password: PASSWORD } });
    const { json: stranger } = await login(call, PASSWORD, NEW_EMAIL);
    const { json: second } = await login(call);
    const { json: third } = await login(call);
    const { json } = await call('GET', '/account/sessions', { headers });
    assert.equal(json.sessions.length, 3);
    const own = json.sessions.find(({ current }: { current: boolean }) => current);
    assert.deepEqual([own.id, own.user_agent], [claims.sid, 'curl/8']);
    assert.deepEqual(Object.keys(own), ['id', 'created_at', 'last_used_at', 'user_agent', 'current']);

    const other = json.sessions.find(({ current }: { current: boolean }) => !current).id;
    const end = (id: string, sender = headers) =>
      call('POST', '/account/sessions/end', { headers: sender, body: { id } });
    assert.equal((await end(other, bearer(stranger.access_token))).status, 404);
    assert.equal((await end(other)).status, 204);
    assert.equal((await end(other)).status, 404);
    assert.ok((await revoked(call)).includes(other));

    assert.equal((await call('POST', '/account/sessions/end-others', { headers })).status, 204);
    const refreshed = await Promise.all([second, third].map((each) => refresh(call, each.refresh_token)));
    assert.deepEqual(
      refreshed.map(({ status }) => status),
      [401, 401],
    );
    assert.equal((await refresh(call, grant.refresh_token)).status, 200);
    assert.equal((await refresh(call, stranger.refresh_token)).status, 200);
  });
});

describe('POST /account/deletion', () => {
  it('frees the address, ends the sessions, and keeps the id until a gateway confirms', {
    skip,
  }, async (t) => {
    const { call, database, headers, grant, claims } = await signedUp(t);
    const wrong = await call('POST', '/account/deletion', { headers, body: { password: 'wrong' } });
    assert.deepEqual([wrong.status, wrong.json.code], [403, 'wrong_password']);
    const deleted = await call('POST', '/account/deletion', { headers, body: { password: PASSWORD } });
    assert.equal(deleted.status, 204);
    assert.equal((await refresh(call, grant.refresh_token)).status, 401);
    assert.equal((await call('GET', '/account', { headers })).status, 401);
    for (const id of [claims.sid, claims.sub]) assert.ok((await revoked(call)).includes(id));
    assert.deepEqual(
      (await takeMails(database)).map(({ kind, to }) => [kind, to]),
      [['account_deleted', EMAIL]],
    );
    const again = await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    assert.equal(again.status, 201);
    assert.notEqual(again.json.id, claims.sub);

    const { json } = await call('GET', '/deletions');
    assert.deepEqual(
      json.deletions.map(({ id }: { id: string }) => id),
      [claims.sub],
    );
    const confirm = () => call('POST', '/deletions/confirmation', { body: { id: claims.sub } });
    assert.deepEqual([(await confirm()).status, (await confirm()).status], [204, 204]);
    assert.deepEqual((await call('GET', '/deletions')).json.deletions, []);
  });
});

describe('groups', () => {
  it('puts an account into a group, which its next tokens carry', { skip }, async (t) => {
    const { call, grant, claims } = await signedUp(t);
    const { json: found } = await call(
      'GET',
      `/operator/accounts?email=${encodeURIComponent('ANN@EXAMPLE.com')}`,
    );
    assert.deepEqual([found.accounts[0].id, found.accounts[0].group], [claims.sub, 'user']);
    const set = (group: string) =>
      call('POST', '/operator/accounts/group', { body: { id: claims.sub, group } });
    assert.equal((await set('operator')).json.group, 'operator');
    const { json: renewed } = await refresh(call, grant.refresh_token);
    const headers = bearer(renewed.access_token);
    assert.equal((await call('GET', '/validate', { headers })).json.group, 'operator');
    // An operator who is one no more must not stay one until the token expires.
    assert.equal((await set('friend')).status, 200);
    assert.ok((await revoked(call)).includes(claims.sid));
    assert.equal((await set('emperor')).status, 400);
    assert.equal((await set('guest')).status, 400);
  });
});

describe('GET /revocations', () => {
  it('pages through any number of ended sessions without leaving one out', { skip }, async (t) => {
    const { call, database } = await signedUp(t);
    const ids = Array.from({ length: 4_500 }, (_, i) => `s${String(i).padStart(21, '0')}`);
    for (let at = 0; at < ids.length; at += 500) {
      const values = ids.slice(at, at + 500).map((id) => `('${id}', UTC_TIMESTAMP(3))`);
      await database.change(`INSERT INTO revocations (id, revoked_at) VALUES ${values.join(', ')}`);
    }
    const seen = new Set<string>();
    let page = { revoked: [] as string[], cursor: '', more: true };
    while (page.more) {
      page = (await call('GET', `/revocations?after=${page.cursor}`)).json;
      for (const id of page.revoked) seen.add(id);
    }
    assert.equal(seen.size, ids.length);
    await database.change("INSERT INTO revocations (id, revoked_at) VALUES ('late', UTC_TIMESTAMP(3))");
    const { json: next } = await call('GET', `/revocations?after=${page.cursor}`);
    assert.ok(next.revoked.includes('late') || next.more);
  });

  it('refuses a cursor that is none', { skip }, async (t) => {
    const { call } = await signedUp(t);
    assert.equal((await call('GET', '/revocations?after=%27')).status, 400);
  });
});
