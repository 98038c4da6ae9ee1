import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TOTP } from 'otpauth';
import { basic } from '../../support/basic-auth.ts';
import { takeMails, takeToken } from './account-mails.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { gateDatabase } from './gated-database.ts';
import { createAuthenticator } from './soft-authenticator.ts';
import { buildAuth } from './test-auth.ts';
import { startProvider } from './test-provider.ts';

const EMAIL = 'Ann@example.com';
const PASSWORD = 'open: sésame!';
const OTHER = 'a stranger chose this';
const CHOSEN = 'the choice of the owner';
const HOUR_MS = 3600_000;
const KEY = { name: 'backup', scopes: ['read'], password: PASSWORD };

/** An account that was made while addresses did not have to be confirmed, and auth as it starts where they have to be. */
async function build(t: TestContext) {
  const before = await buildAuth(t);
  const { database } = before;
  await before.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  const { json: tokens } = await before.call('POST', '/login', {
    headers: { authorization: basic(EMAIL, PASSWORD) },
  });
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const { json: key } = await before.call('POST', '/account/keys', { headers: bearer, body: KEY });
  const { json: claims } = await before.call('GET', '/validate', { headers: bearer });
  await takeMails(database);

  const { call, clock } = await buildAuth(t, { database, requireVerifiedEmail: true });
  const post = async (path: string, body: object) => (await call('POST', path, { body })).status;
  return {
    ...{ before, database, call, clock, tokens, key, bearer, claims },
    register: (password: string) => post('/register', { email: EMAIL, password }),
    resend: () => post('/account/verification', { email: EMAIL }),
    forget: () => post('/account/reset', { email: EMAIL }),
    confirm: (token: string) => post('/account/verification/confirm', { token }),
    choose: (token: string) => post('/account/reset/confirm', { token, password: CHOSEN }),
    checkKey: () => post('/keys/check', { key: key.key }),
    refresh: () => call('POST', '/refresh', { body: { refresh_token: tokens.refresh_token } }),
    login: (password = PASSWORD) =>
      call('POST', '/login', { headers: { authorization: basic(EMAIL, password) } }),
  };
}

describe('an unconfirmed account, once addresses have to be confirmed', () => {
  it('is closed to its password, its session, its refresh token and its API key', { skip }, async (t) => {
    const { call, bearer, database, tokens, login, refresh, checkKey } = await build(t);
    const closed = await login();
    assert.deepEqual([closed.status, closed.json.code], [403, 'email_not_verified']);
    assert.equal((await login(OTHER)).status, 401);
    for (const path of ['/account', '/account/sessions', '/account/keys'])
      assert.equal((await call('GET', path, { headers: bearer })).status, 401, path);
    assert.equal((await refresh()).status, 401);
    assert.equal(await checkKey(), 401);
    assert.ok(tokens.refresh_token);
    assert.deepEqual(await takeMails(database), []);
  });

  it('is closed to its passkey and its identity, and asks for no second factor', { skip }, async (t) => {
    const provider = await startProvider(t, `${ORIGIN}/session/oidc/test/callback`);
    const settings = {
      ...{ id: 'test', name: 'Test', issuer: provider.issuer, client_id: 'mp3', scopes: ['openid'] },
      ...{ client_secret: 'a secret of the client', groups_claim: 'groups' },
      ...{ join_verified_email: false, trust_email: false },
    };
    const signIn = { publicUrl: ORIGIN, providers: [settings] };
    const before = await buildSystem(t, { signIn });
    const { database, clock } = before.auth;
    await before.auth.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    const page = before.browser();
    const withPassword = { headers: { authorization: basic(EMAIL, PASSWORD) } };
    await page('POST', '/session', withPassword);
    const body = { password: PASSWORD };
    const authenticator = createAuthenticator(ORIGIN);
    const { json: options } = await page('POST', '/account/passkey-options', { body });
    const passkey = { name: 'a key', response: authenticator.register(options) };
    assert.equal((await page('POST', '/account/passkeys', { body: passkey })).status, 201);
    const { json: begun } = await page('POST', '/session/oidc/test', { body });
    const joined = await page('GET', (await provider.visit(begun.url)).slice(ORIGIN.length));
    assert.equal(joined.headers.location, '/#sign-in=joined');
    const { json: factor } = await page('POST', '/account/second-factor', { body });
    const code = new TOTP({ secret: factor.secret }).generate({ timestamp: clock.ms });
    assert.equal((await page('POST', '/account/second-factor/confirm', { body: { code } })).status, 200);
    await takeMails(database);

    const system = await buildSystem(t, { database, requireVerifiedEmail: true, signIn });
    const ann = system.browser();
    const { json: asked } = await ann('POST', '/session/passkey/options');
    const response = authenticator.logIn(asked);
    const byPasskey = await ann('POST', '/session/passkey', { body: { response } });
    assert.deepEqual([byPasskey.status, byPasskey.json.code], [403, 'email_not_verified']);
    const { headers } = await ann('GET', '/session/oidc/test', { headers: { accept: 'text/html' } });
    const back = (await provider.visit(String(headers.location))).slice(ORIGIN.length);
    const byIdentity = await ann('GET', back, { headers: { accept: 'text/html' } });
    assert.equal(byIdentity.headers.location, '/#sign-in=email_not_verified');
    assert.equal((await ann('POST', '/session', withPassword)).json.code, 'email_not_verified');
    assert.equal((await ann('GET', '/session')).json.account, null);
    assert.deepEqual(await takeMails(database), []);
  });

  it('gets one mail an hour, however it is asked for, and no other', { skip }, async (t) => {
    const { before, database, clock, register, resend, forget, bearer } = await build(t);
    const bob = { email: 'bob@example.com', password: PASSWORD };
    await before.call('POST', '/register', { body: bob });
    await database.change("UPDATE users SET verified_at = NOW() WHERE email = 'bob@example.com'");
    const other = await buildAuth(t, { database, requireVerifiedEmail: true });
    const login = await other.call('POST', '/login', {
      headers: { authorization: basic(bob.email, PASSWORD) },
    });
    const headers = { authorization: `Bearer ${login.json.access_token}` };
    const wanted = { password: PASSWORD, email: EMAIL };
    const ways: (() => Promise<unknown>)[] = [
      ...[resend, forget, () => register(OTHER), () => register(PASSWORD)],
      () => other.call('POST', '/account/email', { headers, body: wanted }),
      () => other.call('POST', '/account/keys', { headers: bearer, body: KEY }),
    ];
    for (const first of ways.slice(0, 4)) {
      await first();
      for (const way of ways) await way();
      const mails = await takeMails(database);
      assert.deepEqual(
        mails.map(({ to }) => to),
        [EMAIL],
      );
      assert.match(mails[0]?.kind ?? '', /^(verify_email|reset_password)$/);
      clock.ms += 9 * HOUR_MS;
      other.clock.ms = clock.ms;
    }
  });

  it('gets no link any more that confirms it once its owner has chosen a password', { skip }, async (t) => {
    const { database, clock, register, resend, forget, confirm, choose, login } = await build(t);
    await register(OTHER);
    const pending = await takeToken(database, 'verify_email');
    clock.ms += HOUR_MS;
    await forget();
    assert.equal(await choose(await takeToken(database, 'reset_password')), 204);
    await takeMails(database);
    clock.ms += HOUR_MS;
    assert.equal(await resend(), 202);
    assert.deepEqual(await takeMails(database), []);
    assert.equal(await confirm(pending), 410);
    assert.equal((await login(CHOSEN)).status, 200);
  });

  it('works as before once its mail is confirmed', { skip }, async (t) => {
    const { call, database, claims, resend, confirm, login, checkKey } = await build(t);
    assert.equal(await resend(), 202);
    const token = await takeToken(database, 'verify_email');
    assert.deepEqual([await confirm(token), await confirm(token)], [204, 410]);
    const { status, json } = await login();
    assert.equal(status, 200);
    const headers = { authorization: `Bearer ${json.access_token}` };
    assert.equal((await call('GET', '/validate', { headers })).json.sub, claims.sub);
    assert.equal((await call('GET', '/account', { headers })).json.verified, true);
    assert.equal(await checkKey(), 200);
    assert.deepEqual(await takeMails(database), []);
  });

  it('works as before where its owner registers once more with its password', { skip }, async (t) => {
    const { database, register, confirm, login, checkKey } = await build(t);
    assert.equal(await register(PASSWORD), 202);
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    assert.deepEqual([(await login()).status, await checkKey()], [200, 200]);
  });

  it('still works without a confirmation where none is required any more', { skip }, async (t) => {
    const { before, database, tokens, key } = await build(t);
    const auth = await buildAuth(t, { database });
    const body = { refresh_token: tokens.refresh_token };
    assert.equal((await auth.call('POST', '/refresh', { body })).status, 200);
    assert.equal((await before.call('POST', '/keys/check', { body: { key: key.key } })).status, 200);
  });
});

describe('whoever opens the mail of an unconfirmed account', () => {
  for (const [what, asks] of [
    ['registers with another password', ['register']],
    [
      'registers with another password while the mail of a stranger is in the mailbox',
      ['resend', 'register'],
    ],
    ['asks for a new password while the mail of a stranger is in the mailbox', ['resend', 'forget']],
  ] as const) {
    it(`takes the account from all others where somebody ${what}`, { skip }, async (t) => {
      const { database, claims, call, choose, confirm, login, checkKey, ...does } = await build(t);
      for (const ask of asks) await does[ask](OTHER);
      assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
      for (const password of [PASSWORD, OTHER]) assert.equal((await login(password)).status, 401);
      assert.deepEqual([await checkKey(), (await does.refresh()).status], [401, 401]);
      assert.equal(await choose(await takeToken(database, 'reset_password')), 204);
      const { json } = await login(CHOSEN);
      const headers = { authorization: `Bearer ${json.access_token}` };
      assert.equal((await call('GET', '/validate', { headers })).json.sub, claims.sub);
    });
  }

  it('takes it from all others by the mail for a new password, after which no older link works', {
    skip,
  }, async (t) => {
    const { database, clock, resend, forget, confirm, choose, login, checkKey } = await build(t);
    await resend();
    const older = await takeToken(database, 'verify_email');
    clock.ms += HOUR_MS;
    await forget();
    assert.equal(await choose(await takeToken(database, 'reset_password')), 204);
    assert.deepEqual(
      [(await login()).status, (await login(CHOSEN)).status, await checkKey(), await confirm(older)],
      [401, 200, 401, 410],
    );
    assert.equal((await login(CHOSEN)).status, 200);
  });

  it('takes it from all others also where a stranger registers later with the password of the account', {
    skip,
  }, async (t) => {
    const { database, clock, register, resend, confirm, choose, login, checkKey } = await build(t);
    await register(OTHER);
    for (const again of [() => register(PASSWORD), resend]) {
      clock.ms += HOUR_MS;
      await takeMails(database);
      await again();
    }
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    assert.deepEqual([(await login()).status, await checkKey()], [401, 401]);
    assert.equal(await choose(await takeToken(database, 'reset_password')), 204);
    assert.equal((await login(CHOSEN)).status, 200);
  });

  it('opens it with its password where the registration of somebody else has expired', {
    skip,
  }, async (t) => {
    const { database, clock, register, confirm, login, checkKey } = await build(t);
    await register(OTHER);
    await takeMails(database);
    clock.ms += 49 * HOUR_MS;
    await register(PASSWORD);
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    assert.deepEqual([(await login()).status, await checkKey()], [200, 200]);
  });

  it('takes it from all others also where a stranger has asked for another address', { skip }, async (t) => {
    const { before, database, bearer, register, confirm, choose, login } = await build(t);
    const body = { password: PASSWORD, email: 'evil@example.net' };
    await before.call('POST', '/account/email', { headers: bearer, body });
    const evil = await takeToken(database, 'email_change');
    await register(OTHER);
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    const reset = await takeToken(database, 'reset_password');
    assert.deepEqual([await confirm(evil), await choose(reset)], [410, 204]);
    assert.equal((await login(CHOSEN)).status, 200);
  });

  it('takes it from all others where a stranger has its mail sent while its owner asks for a new password', {
    skip,
  }, async (t) => {
    const { database, resend, confirm, login, checkKey } = await build(t);
    const gated = gateDatabase(database);
    const slow = await buildAuth(t, { database: gated.database, requireVerifiedEmail: true });
    const { status } = await gated.during(
      /INTO mail_allowances/,
      () => slow.call('POST', '/account/reset', { body: { email: EMAIL } }),
      resend,
    );
    assert.equal(status, 202);
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    assert.deepEqual([(await login()).status, await checkKey()], [401, 401]);
    await takeToken(database, 'reset_password');
  });

  it('tells an unconfirmed address nothing of its change to another one', { skip }, async (t) => {
    const { before, database, call, bearer, login } = await build(t);
    const body = { password: PASSWORD, email: 'new@example.com' };
    await before.call('POST', '/account/email', { headers: bearer, body });
    const token = await takeToken(database, 'email_change');
    assert.equal((await call('POST', '/account/verification/confirm', { body: { token } })).status, 204);
    assert.deepEqual(await takeMails(database), []);
    assert.equal((await login()).status, 401);
    const headers = { authorization: basic('new@example.com', PASSWORD) };
    assert.equal((await call('POST', '/login', { headers })).status, 200);
  });

  it('confirms a guest’s registration with that address for the account, and the guest stays one', {
    skip,
  }, async (t) => {
    const { call, database, claims, confirm, login } = await build(t);
    const { json: guest } = await call('POST', '/guests');
    const headers = { authorization: `Bearer ${guest.access_token}` };
    const body = { email: EMAIL, password: PASSWORD };
    assert.equal((await call('POST', '/guests/registration', { headers, body })).status, 202);
    assert.equal(await confirm(await takeToken(database, 'verify_email')), 204);
    const owner = { authorization: `Bearer ${(await login()).json.access_token}` };
    assert.equal((await call('GET', '/validate', { headers: owner })).json.sub, claims.sub);
    const renewed = await call('POST', '/refresh', { body: { refresh_token: guest.refresh_token } });
    assert.equal(renewed.status, 200);
  });
});
