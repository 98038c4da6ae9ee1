import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TOTP } from 'otpauth';
import { basic } from '../../support/basic-auth.ts';
import { buildSystem } from './build-system.ts';
import { skip } from './database-for-test.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'open: sésame';
const withPassword = { headers: { authorization: basic(EMAIL, PASSWORD) } };

/** A system with one user, who is signed in at the page. */
async function build(t: TestContext) {
  const system = await buildSystem(t);
  await system.auth.call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  const page = system.browser();
  await page('POST', '/session', withPassword);
  return { ...system, page };
}

describe('an API key at the gateway', () => {
  it('is made on the page, reads jobs, and may do nothing else', {
    skip,
  }, async (t) => {
    const { gateway, page, mails } = await build(t);
    const wanted = { name: 'a script', scopes: ['read'], password: PASSWORD };
    const { status, json } = await page('POST', '/account/keys', { body: wanted });
    assert.equal(status, 201);
    const headers = { authorization: `Bearer ${json.key}` };
    assert.deepEqual((await gateway.call('GET', '/jobs', { headers })).json, { jobs: [], next_cursor: null });
    for (const [method, path] of [
      ['POST', '/upload'],
      ['GET', '/account/keys'],
      ['POST', '/account/keys'],
      ['GET', '/account'],
      ['GET', '/session'],
      ['GET', '/operator/overview'],
    ] as const) {
      const refused = await gateway.call(method, path, { headers });
      assert.deepEqual([refused.status, refused.json.code], [403, 'insufficient_scope'], path);
    }
    assert.match((await page('GET', '/account/keys')).json.keys[0].last_used_at, /^\d{4}-/);
    assert.equal((await page('DELETE', `/account/keys/${json.id}`)).status, 204);
    const other = await page('POST', '/account/keys', {
      headers: { origin: 'https://evil.example' },
      body: wanted,
    });
    assert.equal(other.status, 403);
    assert.deepEqual(
      (await mails()).map(({ kind, to, detail }) => [kind, to, detail]),
      [['new_api_key', EMAIL, 'a script']],
    );
  });
});

describe('a second factor at the gateway', () => {
  it('is set up on the page, and asked for at the next sign-in', { skip }, async (t) => {
    const { gateway, page, browser, auth } = await build(t);
    const { json: begun } = await page('POST', '/account/second-factor', { body: { password: PASSWORD } });
    const codeNow = () => new TOTP({ secret: begun.secret }).generate({ timestamp: auth.clock.ms });
    const confirmed = await page('POST', '/account/second-factor/confirm', { body: { code: codeNow() } });
    assert.equal(confirmed.json.recovery_codes.length, 10);
    auth.clock.ms += 30_000;

    const other = browser();
    const refused = await other('POST', '/session', withPassword);
    assert.deepEqual([refused.status, refused.json.code], [403, 'second_factor_required']);
    assert.equal((await other('GET', '/session')).json.account, null);
    const answer = { challenge: refused.json.challenge, code: codeNow() };
    const foreign = { headers: { origin: 'https://evil.example' }, body: answer };
    assert.equal((await other('POST', '/session/second-factor', foreign)).status, 403);
    const { status, text } = await other('POST', '/session/second-factor', { body: answer });
    assert.equal(status, 200);
    assert.ok(!text.includes('access_token'));
    assert.equal((await other('GET', '/session')).json.account.email, EMAIL);

    auth.clock.ms += 30_000;
    const { json: program } = await gateway.call('POST', '/login', withPassword);
    const tokens = await gateway.call('POST', '/login/second-factor', {
      body: { challenge: program.challenge, code: codeNow() },
    });
    assert.equal(tokens.json.token_type, 'Bearer');

    auth.clock.ms += 30_000;
    const removal = { body: { password: PASSWORD, code: codeNow() } };
    assert.equal((await other('DELETE', '/account/second-factor', removal)).status, 204);
    assert.equal((await browser()('POST', '/session', withPassword)).status, 200);
  });
});
