import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { hash } from '@node-rs/argon2';
import { TOTP } from 'otpauth';
import { addIdentity } from '../../../services/auth/oidc/identity-store.ts';
import { createSignInByIdentity } from '../../../services/auth/oidc/sign-in-by-identity.ts';
import { basic } from '../../support/basic-auth.ts';
import { takeMails, takeToken } from './account-mails.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { createDatabase, skip } from './database-for-test.ts';
import { gateDatabase } from './gated-database.ts';
import { createAuthenticator } from './soft-authenticator.ts';
import { buildAuth } from './test-auth.ts';
import { giveIdentity, givePasskey, IDENTITY, PASSKEY } from './ways-in.ts';

const EMAIL = 'ann@example.com';
const STOLEN = 'open: sésame!';
const NEW = 'another: sésame!';

/** Where a request looks whether all sessions were ended since it was let in. */
const CHECK = /session_epoch = \?/;

type Call = Awaited<ReturnType<typeof buildAuth>>['call'];
const login = (call: Call, password: string) =>
  call('POST', '/login', { headers: { authorization: basic(EMAIL, password) } });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Two replicas. A request at `thief` can be held back while the owner does something at `owner`. */
async function build(t: TestContext) {
  const [one, other] = await createDatabase(t, 2);
  const { database, during } = gateDatabase(one);
  const thief = await buildAuth(t, { database });
  const owner = await buildAuth(t, { ...(other && { database: other }) });
  await owner.call('POST', '/register', { body: { email: EMAIL, password: STOLEN } });
  const headers = bearer((await login(owner.call, STOLEN)).json.access_token);

  const ends = {
    async reset() {
      await takeMails(one);
      await owner.call('POST', '/account/reset', { body: { email: EMAIL } });
      const token = await takeToken(one, 'reset_password');
      const body = { token, password: NEW };
      assert.equal((await owner.call('POST', '/account/reset/confirm', { body })).status, 204);
    },
    async change() {
      const body = { current: STOLEN, new: NEW };
      assert.equal((await owner.call('POST', '/account/password', { headers, body })).status, 204);
    },
    async delete() {
      const body = { password: STOLEN };
      assert.equal((await owner.call('POST', '/account/deletion', { headers, body })).status, 204);
    },
  };
  /** Sessions that somebody else than the owner has. */
  const sessions = async () => (await one.rows('SELECT id FROM sessions')).length;
  return { thief, owner, headers, ends, during, sessions, database: one };
}

async function setUpSecondFactor({ owner, headers }: Awaited<ReturnType<typeof build>>) {
  const { call, clock } = owner;
  const { json } = await call('POST', '/account/second-factor', { headers, body: { password: STOLEN } });
  const totp = new TOTP({ secret: json.secret });
  const codeAt = () => totp.generate({ timestamp: clock.ms });
  const confirmed = await call('POST', '/account/second-factor/confirm', {
    headers,
    body: { code: codeAt() },
  });
  assert.equal(confirmed.status, 200);
  return confirmed.json.recovery_codes as string[];
}

describe('a login with the old password that is under way', () => {
  for (const [what, left] of [
    ['reset', 0],
    ['change', 1],
    ['delete', 0],
  ] as const) {
    it(`ends in no session after the ${what}`, { skip }, async (t) => {
      const { thief, ends, during, sessions } = await build(t);
      const { status, json } = await during(CHECK, () => login(thief.call, STOLEN), ends[what]);
      assert.deepEqual([status, json.code, json.refresh_token], [401, 'invalid_credentials', undefined]);
      assert.equal(await sessions(), left);
    });
  }

  it('waits for a reset that has begun, and ends in no session then', { skip }, async (t) => {
    const { thief, database, sessions } = await build(t);
    const begun = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const reset = database.inTransaction(async ({ change }) => {
      await change('UPDATE users SET session_epoch = session_epoch + 1');
      await change('DELETE FROM sessions');
      begun.resolve();
      await commit.promise;
    });
    await begun.promise;
    const answer = login(thief.call, STOLEN);
    let isAnswered = false;
    const noted = answer.then(() => {
      isAnswered = true;
    });
    const WAITING =
      "SELECT id FROM information_schema.processlist WHERE info LIKE 'INSERT INTO sessions%' AND db = DATABASE()";
    while ((await database.rows(WAITING)).length === 0) assert.ok(!isAnswered, 'the login did not wait');
    commit.resolve();
    await reset;
    assert.equal((await answer).status, 401);
    await noted;
    assert.equal(await sessions(), 0);
  });

  it('succeeds where its hash is made anew meanwhile', { skip }, async (t) => {
    const { thief, owner, during, database } = await build(t);
    const outdated = await hash(STOLEN, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await database.change('UPDATE users SET password_hash = ?', [outdated]);
    const { status, json } = await during(
      CHECK,
      () => login(thief.call, STOLEN),
      () => login(owner.call, STOLEN),
    );
    assert.equal(status, 200);
    const { refresh_token } = json;
    assert.equal((await owner.call('POST', '/refresh', { body: { refresh_token } })).status, 200);
  });
});

describe('the second step of a login with the old password', () => {
  const answer = (call: Call, challenge: string, code: string) =>
    call('POST', '/login/second-factor', { body: { challenge, code } });

  for (const what of ['reset', 'change'] as const) {
    it(`is refused after the ${what}`, { skip }, async (t) => {
      const built = await build(t);
      const [code = ''] = await setUpSecondFactor(built);
      const { thief, ends, database } = built;
      const { challenge } = (await login(thief.call, STOLEN)).json;
      await ends[what]();
      const { status, json } = await answer(thief.call, challenge, code);
      assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
      assert.deepEqual(await database.rows('SELECT token_hash FROM sign_in_challenges'), []);
    });

    it(`is refused where the ${what} comes before the session begins`, { skip }, async (t) => {
      const built = await build(t);
      const [code = ''] = await setUpSecondFactor(built);
      const { thief, ends, during, sessions } = built;
      const { challenge } = (await login(thief.call, STOLEN)).json;
      const { status, json } = await during(CHECK, () => answer(thief.call, challenge, code), ends[what]);
      assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
      assert.equal(await sessions(), what === 'change' ? 1 : 0);
    });

    it(`does not begin after the ${what}`, { skip }, async (t) => {
      const built = await build(t);
      await setUpSecondFactor(built);
      const { thief, ends, during, database } = built;
      const { status, json } = await during(CHECK, () => login(thief.call, STOLEN), ends[what]);
      assert.deepEqual([status, json.code, json.challenge], [401, 'invalid_credentials', undefined]);
      assert.deepEqual(await database.rows('SELECT token_hash FROM sign_in_challenges'), []);
    });
  }
});

describe('a change of the account by a thief that is under way', () => {
  for (const [what, path, body] of [
    ['another address', '/account/email', { password: STOLEN, email: 'thief@example.net' }],
    ['another password', '/account/password', { current: STOLEN, new: 'of the thief: sésame' }],
    ['the deletion', '/account/deletion', { password: STOLEN }],
  ] as const) {
    it(`does nothing after a reset: ${what}`, { skip }, async (t) => {
      const { thief, owner, ends, during, database } = await build(t);
      const headers = bearer((await login(thief.call, STOLEN)).json.access_token);
      const send = () => thief.call('POST', path, { headers, body });
      const { status, json } = await during(CHECK, send, ends.reset);
      assert.deepEqual([status, json.code], [403, 'wrong_password']);
      assert.deepEqual(await database.rows('SELECT token_hash FROM mail_tokens'), []);
      assert.equal((await login(owner.call, NEW)).status, 200);
    });
  }
});

describe('the removal of a way to sign in by a thief that is under way', () => {
  /** Where a request begins to change an account, after the password was compared. */
  const LOCK = /SELECT id FROM users WHERE id = \? FOR UPDATE/;

  for (const [what, path, id] of [
    ['a passkey', '/account/passkeys/end', PASSKEY],
    ['an identity', '/account/identities/end', IDENTITY],
  ] as const) {
    it(`does nothing after a reset: ${what}`, { skip }, async (t) => {
      const { thief, ends, during, database } = await build(t);
      // A reset keeps the other ways of whoever has confirmed the address.
      await database.change('UPDATE users SET verified_at = created_at');
      await givePasskey(database);
      await giveIdentity(database);
      const headers = bearer((await login(thief.call, STOLEN)).json.access_token);
      const body = { id, password: STOLEN };
      const { status, json } = await during(
        LOCK,
        () => thief.call('POST', path, { headers, body }),
        ends.reset,
      );
      assert.deepEqual([status, json.code], [401, 'invalid_token']);
      const left = await database.rows(
        'SELECT user_id FROM passkeys UNION ALL SELECT user_id FROM identities',
      );
      assert.equal(left.length, 2);
    });
  }
});

describe('a sign-in in another way that is under way', () => {
  it('ends in no session after a reset: by a passkey', { skip }, async (t) => {
    const [one, other] = await createDatabase(t, 2);
    const { database, during } = gateDatabase(one);
    const { auth, browser } = await buildSystem(t, { database });
    const owner = await buildAuth(t, { ...(other && { database: other }) });
    await auth.call('POST', '/register', { body: { email: EMAIL, password: STOLEN } });
    const thief = browser();
    await thief('POST', '/session', { headers: { authorization: basic(EMAIL, STOLEN) } });
    const options = await thief('POST', '/account/passkey-options', { body: { password: STOLEN } });
    const authenticator = createAuthenticator(ORIGIN);
    const added = { name: 'x', response: authenticator.register(options.json, {}) };
    assert.equal((await thief('POST', '/account/passkeys', { body: added })).status, 201);
    await takeMails(one);
    const again = browser();
    const begun = (await again('POST', '/session/passkey/options')).json;
    const body = { response: authenticator.logIn(begun, {}) };
    const { status, json } = await during(
      CHECK,
      () => again('POST', '/session/passkey', { body }),
      async () => {
        await owner.call('POST', '/account/reset', { body: { email: EMAIL } });
        const token = await takeToken(one, 'reset_password');
        await owner.call('POST', '/account/reset/confirm', { body: { token, password: NEW } });
      },
    );
    assert.deepEqual([status, json.code], [401, 'sign_in_failed']);
    assert.deepEqual(await one.rows('SELECT id FROM sessions'), []);
  });

  it('ends in no session after a reset: at a provider', { skip }, async (t) => {
    const { owner, ends, database } = await build(t);
    await database.change('UPDATE users SET verified_at = created_at');
    const settings = { id: 'p', name: 'P', join_verified_email: true };
    const identity = { issuer: 'i', subject: 's', email: EMAIL, emailVerified: true, group: undefined };
    const signIn = createSignInByIdentity(database);
    const signInByIdentity = () => signIn(identity as never, settings as never, {});
    const before = await signInByIdentity();
    await ends.reset();
    const start = ({ id, sessionEpoch }: typeof before) =>
      owner.sessions.start(id, { isGuest: false, sessionEpoch });
    assert.equal(await start(before), undefined);
    assert.ok(await start(await signInByIdentity()));
  });

  it('ends in no session and gives no group after a reset that has removed its identity', {
    skip,
  }, async (t) => {
    const { thief, ends, during, sessions, database } = await build(t);
    const identity = { issuer: 'i', subject: 's', email: EMAIL, emailVerified: true, group: 'friend' };
    const settings = { id: 'p', name: 'P', join_verified_email: false };
    const [user] = await database.rows<{ id: string }>('SELECT id FROM users');
    await addIdentity(database, {
      ...{ identity: identity as never, provider: 'p', userId: user?.id ?? '', now: new Date() },
    });
    const signIn = createSignInByIdentity(thief.database);
    const startSession = async () => {
      const { id, sessionEpoch } = await signIn(identity as never, settings as never, {});
      return thief.sessions.start(id, { isGuest: false, sessionEpoch });
    };
    // The identity was found, and the account is not locked yet.
    const answer = during(/verified_at FROM users WHERE id = \? FOR UPDATE/, startSession, ends.reset);
    await assert.rejects(answer, { code: 'sign_in_failed' });
    assert.equal(await sessions(), 0);
    assert.deepEqual(await database.rows('SELECT account_group FROM users'), [{ account_group: null }]);
  });
});
