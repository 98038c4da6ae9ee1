import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TOTP } from 'otpauth';
import { basic } from '../../support/basic-auth.ts';
import { takeMails, takeToken } from './account-mails.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { createAuthenticator } from './soft-authenticator.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'of the stranger: sésame';
const NEW_PASSWORD = 'of the owner: sésame';
const PROOF = { password: PASSWORD };
const KEY = { name: 'kept', scopes: ['read'], expires_in_days: 366 };

/** An account to which somebody has added all ways to sign in. */
async function build(t: TestContext) {
  const system = await buildSystem(t);
  const { auth, browser } = system;
  const { database, call } = auth;
  const stranger = browser();
  await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  await stranger('POST', '/session', { headers: { authorization: basic(EMAIL, PASSWORD) } });
  const { json: options } = await stranger('POST', '/account/passkey-options', { body: PROOF });
  const authenticator = createAuthenticator(ORIGIN);
  const body = { name: 'kept', response: authenticator.register(options) };
  assert.equal((await stranger('POST', '/account/passkeys', { body })).status, 201);
  const { json: key } = await stranger('POST', '/account/keys', { body: { ...KEY, ...PROOF } });
  const { json: factor } = await stranger('POST', '/account/second-factor', { body: PROOF });
  const code = new TOTP({ secret: factor.secret }).generate({ timestamp: auth.clock.ms });
  const confirmed = await stranger('POST', '/account/second-factor/confirm', { body: { code } });
  assert.equal(confirmed.status, 200);
  await database.change(
    `INSERT INTO identities (id, user_id, provider, issuer, subject, created_at)
       SELECT REPEAT('a', 64), id, 'p', 'i', 's', NOW() FROM users`,
  );
  await database.change("UPDATE users SET account_group = 'friend', group_identity = REPEAT('a', 64)");

  async function reset() {
    await takeMails(database);
    await call('POST', '/account/reset', { body: { email: EMAIL } });
    const token = await takeToken(database, 'reset_password');
    const reply = await call('POST', '/account/reset/confirm', { body: { token, password: NEW_PASSWORD } });
    assert.equal(reply.status, 204);
  }
  const logIn = () => call('POST', '/login', { headers: { authorization: basic(EMAIL, NEW_PASSWORD) } });
  async function byPasskey() {
    const other = browser();
    const { json } = await other('POST', '/session/passkey/options');
    return (await other('POST', '/session/passkey', { body: { response: authenticator.logIn(json) } }))
      .status;
  }
  const byKey = async () => (await call('POST', '/keys/check', { body: { key: key.key } })).status;
  const left = async () =>
    Promise.all(
      ['passkeys', 'identities', 'totp', 'recovery_codes', 'api_keys'].map(
        async (table) => (await database.rows(`SELECT 1 FROM ${table}`)).length,
      ),
    );
  return { ...system, reset, logIn, byPasskey, byKey, left, key };
}

describe('a reset of the password by mail', () => {
  it('leaves a stranger nothing who has registered with the address before its owner came', {
    skip,
  }, async (t) => {
    const { auth, reset, logIn, byPasskey, byKey, left, key } = await build(t);
    await reset();
    assert.deepEqual([await byPasskey(), await byKey()], [401, 401]);
    assert.deepEqual(await left(), [0, 0, 0, 0, 0]);
    assert.ok((await auth.call('GET', '/revocations')).json.revoked.includes(key.id));
    const { status, json } = await logIn();
    assert.equal(status, 200, 'without the second factor of the stranger');
    const headers = { authorization: `Bearer ${json.access_token}` };
    assert.equal((await auth.call('GET', '/validate', { headers })).json.group, undefined);
    assert.deepEqual(
      (await takeMails(auth.database)).map(({ kind, to }) => [kind, to]),
      [['account_claimed', EMAIL]],
    );
  });

  it('ends the API keys alone of an account whose address was confirmed, and the mail says what stays', {
    skip,
  }, async (t) => {
    const { auth, reset, logIn, byPasskey, byKey, left, key } = await build(t);
    await auth.database.change('UPDATE users SET verified_at = NOW()');
    await reset();
    assert.deepEqual([await byPasskey(), await byKey()], [200, 401]);
    assert.deepEqual(await left(), [1, 1, 1, 10, 0]);
    assert.ok((await auth.call('GET', '/revocations')).json.revoked.includes(key.id));
    assert.equal((await logIn()).json.code, 'second_factor_required');
    assert.deepEqual(
      (await takeMails(auth.database)).map(({ kind, to }) => [kind, to]),
      [['password_reset', EMAIL]],
    );
  });
});
