import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ProviderSettings } from '../../../services/auth/oidc/settings.ts';
import { basic } from '../../support/basic-auth.ts';
import { buildSystem, ORIGIN } from './build-system.ts';
import { skip } from './database-for-test.ts';
import { createAuthenticator } from './soft-authenticator.ts';
import { startProvider } from './test-provider.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame';

/** A system with one user, who is signed in on the page. */
async function build(t: TestContext) {
  const { issuer } = await startProvider(t, `${ORIGIN}/session/oidc/test/callback`);
  const provider: ProviderSettings = {
    ...{ id: 'test', name: 'Test', issuer, client_id: 'mp3', client_secret: 'a secret of the client' },
    ...{ scopes: ['openid'], groups_claim: 'groups', join_verified_email: false, trust_email: false },
  };
  const system = await buildSystem(t, { signIn: { publicUrl: ORIGIN, providers: [provider] } });
  await system.auth.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  const page = system.browser();
  await page('POST', '/session', { headers: { authorization: basic(EMAIL, PASSWORD) } });
  return { ...system, page };
}

/** What each begins with. What follows needs what it answers. */
const WAYS: [what: string, path: string, status: number, body: object][] = [
  ['an API key', '/account/keys', 201, { name: 'backup', scopes: ['read'] }],
  ['a passkey', '/account/passkey-options', 200, {}],
  ['a second factor', '/account/second-factor', 200, {}],
  ['an identity', '/session/oidc/test', 200, {}],
];

for (const [what, path, added, body] of WAYS) {
  describe(`adding ${what}`, () => {
    const cases: [proof: string, fields: object, status: number, code: string | undefined][] = [
      ['the password', { password: PASSWORD }, added, undefined],
      ['a wrong password', { password: 'not the password' }, 403, 'wrong_password'],
      ['an empty password', { password: '' }, 403, 'wrong_password'],
      ['no password', {}, 403, 'wrong_password'],
      ['a password that is no text', { password: [PASSWORD] }, 400, 'bad_request'],
    ];
    for (const [proof, fields, status, code] of cases) {
      it(`answers ${status} to ${proof}`, { skip }, async (t) => {
        const { page } = await build(t);
        const reply = await page('POST', path, { body: { ...body, ...fields } });
        assert.deepEqual([reply.status, reply.json.code], [status, code]);
      });
    }

    it('needs a sign-in of the last ten minutes where the account has no password', { skip }, async (t) => {
      const { page, auth } = await build(t);
      await auth.database.change('UPDATE users SET password_hash = NULL');
      auth.clock.ms += 10 * 60_000;
      // A second factor stands beside a password.
      const expected = what === 'a second factor' ? 409 : added;
      assert.equal((await page('POST', path, { body })).status, expected);
      auth.clock.ms += 1_000;
      const late = await page('POST', path, { body: { ...body, password: '' } });
      assert.deepEqual([late.status, late.json.code], [403, 'wrong_password']);
    });
  });
}

describe('a passkey whose session has ended meanwhile', () => {
  it('is not added, although its challenge was given out before', { skip }, async (t) => {
    const { page, auth } = await build(t);
    const { json } = await page('POST', '/account/passkey-options', { body: { password: PASSWORD } });
    await auth.database.change('DELETE FROM sessions');
    const body = { name: 'late', response: createAuthenticator(ORIGIN).register(json) };
    assert.equal((await page('POST', '/account/passkeys', { body })).status, 401);
    assert.deepEqual(await auth.database.rows('SELECT 1 FROM passkeys'), []);
  });
});
