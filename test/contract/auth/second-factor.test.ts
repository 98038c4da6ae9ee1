import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TOTP } from 'otpauth';
import { createKnownAddresses } from '../../../services/auth/limits/known-addresses.ts';
import { basic } from '../../support/basic-auth.ts';
import { skip } from './database-for-test.ts';
import { buildAuth } from './test-auth.ts';

const EMAIL = 'Ann@example.com';
const PASSWORD = 'open: sésame';
const STEP_MS = 30_000;

/** Auth with one user, who is logged in. The clock begins in the middle of a step. */
async function build(t: TestContext) {
  const auth = await buildAuth(t);
  const { call, clock } = auth;
  clock.ms = Math.floor(clock.ms / STEP_MS) * STEP_MS + STEP_MS / 2;
  await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
  const logIn = () => call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });
  const headers = { authorization: `Bearer ${(await logIn()).json.access_token}` };
  const act = (path: string, body: object = { password: PASSWORD }) =>
    call('POST', `/account/second-factor${path}`, { headers, body });
  const answer = (challenge: string, code: string) =>
    call('POST', '/login/second-factor', { body: { challenge, code } });
  /** The code that an authenticator app shows. */
  const codeOf = (uri: string) => parse(uri).generate({ timestamp: clock.ms });
  async function setUp() {
    const { json } = await act('');
    const confirmed = await act('/confirm', { code: codeOf(json.uri) });
    clock.ms += STEP_MS;
    return { uri: json.uri as string, recoveryCodes: confirmed.json.recovery_codes as string[] };
  }
  const read = async () => (await call('GET', '/account/second-factor', { headers })).json;
  const mails = async () =>
    (await auth.database.rows<{ mail: string }>('SELECT mail FROM mail_outbox ORDER BY created_at')).map(
      ({ mail }) => JSON.parse(mail).kind,
    );
  return { ...auth, logIn, act, answer, codeOf, setUp, read, mails };
}

function parse(uri: string): TOTP {
  const url = new URL(uri);
  const { secret = '', issuer = '' } = Object.fromEntries(url.searchParams);
  return new TOTP({ secret, issuer });
}

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('the second factor', () => {
  it('makes the address of a login one of the owner, which the password alone does not', {
    skip,
  }, async (t) => {
    const { setUp, call, codeOf, database, clock } = await build(t);
    const { uri } = await setUp();
    const known = createKnownAddresses(database, () => clock.ms);
    const isKnown = () => known.has(EMAIL.toLowerCase(), '203.0.113.9');
    const address = { 'x-client-address': '203.0.113.9' };
    const headers = { ...address, authorization: basic(EMAIL, PASSWORD) };
    const { json } = await call('POST', '/login', { headers });
    assert.equal(await isKnown(), false);
    const body = { challenge: json.challenge, code: codeOf(uri) };
    const answered = await call('POST', '/login/second-factor', { headers: address, body });
    assert.equal(answered.status, 200);
    assert.equal(await isKnown(), true);
  });

  it('is asked for at a login once it is confirmed, and a code then gives tokens', { skip }, async (t) => {
    const { act, logIn, answer, codeOf, read, mails, clock, database } = await build(t);
    const { json: begun } = await act('');
    const url = new URL(begun.uri);
    assert.deepEqual(
      [url.protocol, url.host, url.searchParams.get('secret')],
      ['otpauth:', 'totp', begun.secret],
    );
    assert.equal(decodeURIComponent(url.pathname), `/mp3converter:${EMAIL}`);
    assert.equal((await logIn()).status, 200, 'it is not confirmed yet');
    const { status, json } = await act('/confirm', { code: codeOf(begun.uri) });
    assert.equal(status, 200);
    assert.equal(new Set(json.recovery_codes).size, 10);
    assert.deepEqual(await read(), { enabled: true, recovery_codes_left: 10 });
    assert.deepEqual(await mails(), ['new_sign_in_method']);

    clock.ms += STEP_MS;
    const refused = await logIn();
    const { code, challenge, expires_in } = refused.json;
    assert.deepEqual([refused.status, code, expires_in], [403, 'second_factor_required', 300]);
    assert.equal(refused.json.access_token, undefined);
    const { json: grant, headers } = await answer(challenge, codeOf(begun.uri));
    assert.deepEqual([grant.token_type, headers['cache-control']], ['Bearer', 'no-store']);

    const tables = ['totp', 'recovery_codes', 'sign_in_challenges'];
    const stored = JSON.stringify(
      await Promise.all(tables.map((name) => database.rows(`SELECT * FROM ${name}`))),
    );
    for (const secret of [begun.secret, challenge, ...json.recovery_codes])
      assert.ok(!stored.includes(secret), secret);
  });

  it('accepts each code once, also of requests at the same time, and none from before', {
    skip,
  }, async (t) => {
    const { setUp, logIn, answer, codeOf, clock } = await build(t);
    const { uri } = await setUp();
    const challenges = await Promise.all(
      Array.from({ length: 5 }, async () => (await logIn()).json.challenge),
    );
    const code = codeOf(uri);
    const replies = await Promise.all(challenges.map((challenge) => answer(challenge, code)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 403, 403, 403, 403]);
    clock.ms += STEP_MS;
    const { json } = await logIn();
    assert.equal((await answer(json.challenge, code)).json.code, 'wrong_code');
    assert.equal((await answer(json.challenge, codeOf(uri))).status, 200);
  });

  const CLOCKS: [steps: number, status: number][] = [
    [-2, 403],
    [-1, 200],
    [0, 200],
    [1, 200],
    [2, 403],
  ];
  for (const [steps, expected] of CLOCKS) {
    it(`answers ${expected} to a code of ${steps} steps from now`, { skip }, async (t) => {
      const { setUp, logIn, answer, codeOf, clock } = await build(t);
      const { uri } = await setUp();
      clock.ms += 5 * STEP_MS;
      const { json } = await logIn();
      clock.ms += steps * STEP_MS;
      const code = codeOf(uri);
      clock.ms -= steps * STEP_MS;
      assert.equal((await answer(json.challenge, code)).status, expected);
    });
  }

  it('lets a challenge be tried five times, and answered once', { skip }, async (t) => {
    const { setUp, logIn, answer, codeOf } = await build(t);
    const { uri } = await setUp();
    const first = (await logIn()).json.challenge;
    for (let attempt = 0; attempt < 5; attempt++)
      assert.equal((await answer(first, wrong(codeOf(uri)))).json.code, 'wrong_code');
    const late = await answer(first, codeOf(uri));
    assert.deepEqual([late.status, late.json.code], [401, 'sign_in_failed']);
    const second = (await logIn()).json.challenge;
    assert.equal((await answer(second, codeOf(uri))).status, 200);
    assert.equal((await answer(second, codeOf(uri))).json.code, 'sign_in_failed');
  });

  it('ends a challenge after five minutes', { skip }, async (t) => {
    const { setUp, logIn, answer, codeOf, clock } = await build(t);
    const { uri } = await setUp();
    const { json } = await logIn();
    clock.ms += 5 * 60_000;
    assert.equal((await answer(json.challenge, codeOf(uri))).json.code, 'sign_in_failed');
  });

  it('tries no code after twenty wrong ones within an hour, with however many challenges', {
    skip,
  }, async (t) => {
    const { setUp, logIn, answer, codeOf, clock } = await build(t);
    const { uri } = await setUp();
    for (let number = 0; number < 20; number++)
      assert.equal(
        (await answer((await logIn()).json.challenge, wrong(codeOf(uri)))).json.code,
        'wrong_code',
      );
    const locked = await answer((await logIn()).json.challenge, codeOf(uri));
    assert.deepEqual([locked.status, locked.headers['retry-after']], [429, '3600']);
    clock.ms += 3600_000;
    assert.equal((await answer((await logIn()).json.challenge, codeOf(uri))).status, 200);
  });

  it('accepts a recovery code while none of the app is tried, and goes on refusing those', {
    skip,
  }, async (t) => {
    const { setUp, logIn, answer, codeOf } = await build(t);
    const { uri, recoveryCodes } = await setUp();
    for (let number = 0; number < 20; number++)
      await answer((await logIn()).json.challenge, wrong(codeOf(uri)));
    assert.equal((await answer((await logIn()).json.challenge, 'aaaa-aaaa-aaaa-aaaa')).status, 429);
    assert.equal((await answer((await logIn()).json.challenge, String(recoveryCodes[0]))).status, 200);
    assert.equal((await answer((await logIn()).json.challenge, codeOf(uri))).status, 429);
  });

  it('has its owner told of the third wrong code within an hour, once a day', { skip }, async (t) => {
    const { setUp, logIn, answer, codeOf, mails, clock } = await build(t);
    const { uri } = await setUp();
    const fail = async () => answer((await logIn()).json.challenge, wrong(codeOf(uri)));
    const warnings = async () => (await mails()).filter((kind: string) => kind === 'wrong_codes').length;
    await fail();
    await fail();
    assert.equal(await warnings(), 0);
    await fail();
    assert.equal(await warnings(), 1);
    await Promise.all([fail(), fail(), fail()]);
    assert.equal(await warnings(), 1);
    clock.ms += 24 * 3600_000;
    for (let number = 0; number < 4; number++) await fail();
    assert.equal(await warnings(), 2);
  });

  it('sends no such mail while it is being set up', { skip }, async (t) => {
    const { act, codeOf, mails } = await build(t);
    const { json } = await act('');
    for (let number = 0; number < 4; number++) await act('/confirm', { code: wrong(codeOf(json.uri)) });
    assert.deepEqual(await mails(), []);
  });

  it('needs no AUTH_SECRET for a recovery code', { skip }, async (t) => {
    const { setUp, logIn, database } = await build(t);
    const { recoveryCodes } = await setUp();
    const other = await buildAuth(t, { database, signIn: { authSecret: undefined } });
    const body = { challenge: (await logIn()).json.challenge, code: recoveryCodes[0] };
    assert.equal((await other.call('POST', '/login/second-factor', { body })).status, 200);
  });

  it('accepts a recovery code in place of a code, once', { skip }, async (t) => {
    const { setUp, logIn, answer, read } = await build(t);
    const [code = ''] = (await setUp()).recoveryCodes;
    assert.match(code, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    const typed = code.toUpperCase().replaceAll('-', ' ');
    assert.equal((await answer((await logIn()).json.challenge, typed)).status, 200);
    assert.equal((await read()).recovery_codes_left, 9);
    assert.equal((await answer((await logIn()).json.challenge, code)).json.code, 'wrong_code');
  });

  it('is removed by the password and a code, and the owner is told', { skip }, async (t) => {
    const { setUp, act, logIn, codeOf, read, mails } = await build(t);
    const { uri } = await setUp();
    const password = await act('/removal', { password: 'another one', code: codeOf(uri) });
    assert.equal(password.json.code, 'wrong_password');
    const code = await act('/removal', { password: PASSWORD, code: wrong(codeOf(uri)) });
    assert.equal(code.json.code, 'wrong_code');
    assert.equal((await act('/removal', { password: PASSWORD, code: codeOf(uri) })).status, 204);
    assert.deepEqual(await read(), { enabled: false, recovery_codes_left: 0 });
    assert.deepEqual(await mails(), ['new_sign_in_method', 'sign_in_method_removed']);
    assert.equal((await logIn()).status, 200);
  });

  it('is not replaced while there is one, nor confirmed by a wrong code', { skip }, async (t) => {
    const { setUp, act, codeOf } = await build(t);
    const { json } = await act('');
    assert.equal((await act('/confirm', { code: wrong(codeOf(json.uri)) })).json.code, 'wrong_code');
    assert.equal((await act('/confirm', { code: 'aaaa-aaaa-aaaa-aaaa' })).json.code, 'wrong_code');
    await setUp();
    assert.equal((await act('')).json.code, 'state_conflict');
    assert.equal((await act('/confirm', { code: '000000' })).json.code, 'state_conflict');
  });

  it('is not set up where the system has no AUTH_SECRET', { skip }, async (t) => {
    const { call } = await buildAuth(t, { signIn: { authSecret: undefined } });
    await call('POST', '/register', { body: { email: EMAIL, password: PASSWORD } });
    const { json } = await call('POST', '/login', { headers: { authorization: basic(EMAIL, PASSWORD) } });
    const headers = { authorization: `Bearer ${json.access_token}` };
    const body = { password: PASSWORD };
    assert.equal((await call('POST', '/account/second-factor', { headers, body })).status, 501);
  });
});
