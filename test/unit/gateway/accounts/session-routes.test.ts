import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { basic } from '../../../support/basic-auth.ts';
import type { Call, Reply } from '../../../support/in-process.ts';
import { newJob, OWNER } from '../../../support/job.ts';
import { type Auth, buildGateway, jsonReply, MAX_BYTES, STRANGER, tokenOf } from '../test-gateway.ts';

const ORIGIN = 'http://gateway.test';
const REFRESH = `${'s'.repeat(22)}.${'t'.repeat(43)}`;
const NEXT = `${'s'.repeat(22)}.${'u'.repeat(43)}`;
const ACCESS = await tokenOf();
const SIGN_IN = { origin: ORIGIN, authorization: basic('ann@example.com', 'correct horse') };
const SECRETS = [ACCESS, REFRESH, NEXT, 'correct horse', SIGN_IN.authorization.slice(6)];

const problem = (status: number, code: string, headers: InvokeReply['headers'] = {}) =>
  jsonReply(status, { status, code }, { 'content-type': 'application/problem+json', ...headers });
const grant = (refresh_token = REFRESH) =>
  jsonReply(200, { access_token: ACCESS, token_type: 'Bearer', expires_in: 900, refresh_token });
const noContent: InvokeReply = { status: 204, headers: {}, body: '' };
const cookies = { cookie: `mp3_access=${ACCESS}; mp3_refresh=${REFRESH}` };

/** Auth as it is after a login. */
const auth: Auth = ({ path }) =>
  path === '/login' ? grant() : path === '/refresh' ? grant(NEXT) : noContent;

/** The views of a session, without what differs. */
const SIGNED_IN = {
  account: { id: OWNER.id, email: OWNER.email, guest: false },
  limits: { max_upload_bytes: MAX_BYTES, retention_seconds: 3600 },
  guests: false,
};
const NOBODY = { account: null, limits: null, guests: false, renew_in: null };

const setCookies = ({ headers }: Reply): string[] => [headers['set-cookie'] ?? []].flat();
const isDeletion = (cookie: string): boolean => /=; .*Max-Age=0;/.test(cookie);

function assertNoSecret(...texts: string[]): void {
  for (const text of texts) for (const secret of SECRETS) assert.ok(!text.includes(secret), text);
}

describe('POST /session', () => {
  it('keeps the tokens of a login in cookies that no script can read, and tells whose they are', async () => {
    const { call, lines } = buildGateway({ auth });
    const reply = await call('POST', '/session', { headers: SIGN_IN });
    const { renew_in, ...view } = reply.json;
    assert.deepEqual([reply.status, view], [200, { ...SIGNED_IN, renewable: true }]);
    assert.ok(Number.isInteger(renew_in) && renew_in > 0, String(renew_in));
    assert.equal(reply.headers['cache-control'], 'no-store');
    const [access = '', refresh = '', ...others] = setCookies(reply);
    assert.match(
      access,
      new RegExp(`^mp3_access=${ACCESS}; path=/; max-age=900; httponly; samesite=strict$`, 'i'),
    );
    assert.match(
      refresh,
      new RegExp(`^mp3_refresh=${REFRESH}; path=/session; max-age=31104000; httponly; samesite=strict$`, 'i'),
    );
    assert.deepEqual(others, []);
    assertNoSecret(reply.text, lines.text());
  });

  it('gives the cookies prefixes and sends them over https alone, where PUBLIC_URL is https', async () => {
    const origin = 'https://mp3.example.com';
    const { call } = buildGateway({ auth, publicUrl: origin });
    const reply = await call('POST', '/session', { headers: { ...SIGN_IN, origin } });
    const [access = '', refresh = ''] = setCookies(reply);
    assert.match(access, /^__Host-mp3_access=[^;]+; path=\/; .*secure/i);
    assert.match(refresh, /^__Host-mp3_refresh=[^;]+; path=\/; .*secure/i);
    for (const cookie of [access, refresh]) assert.doesNotMatch(cookie, /domain=/i);
    // A cookie without the prefix may come from a page of another subdomain.
    const headers = { cookie: `mp3_access=${ACCESS}; mp3_refresh=${REFRESH}` };
    const { json } = await call('GET', '/session', { headers });
    assert.deepEqual(json, { ...NOBODY, renewable: false });
  });

  it('refuses a wrong password with a challenge for which no browser asks for one itself', async () => {
    const { call, lines } = buildGateway({
      auth: () => problem(401, 'invalid_credentials', { 'www-authenticate': 'Basic realm="x"' }),
    });
    const reply = await call('POST', '/session', { headers: SIGN_IN });
    assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_credentials']);
    assert.equal(reply.headers['www-authenticate'], 'Session realm="mp3converter"');
    assert.deepEqual(setCookies(reply), []);
    assertNoSecret(reply.text, lines.text());
  });

  const STRANGE: [what: string, body: string][] = [
    ['that is no JSON', `{"access_token":"${ACCESS}"`],
    ['without a refresh token', JSON.stringify({ access_token: ACCESS, expires_in: 900 })],
    ['whose access token is none', JSON.stringify({ ...JSON.parse(grant().body), access_token: REFRESH })],
  ];
  for (const [what, body] of STRANGE) {
    it(`answers 503 to a grant ${what}, and quotes nothing of it`, async () => {
      const { call, lines } = buildGateway({ auth: () => ({ ...grant(), body }) });
      const reply = await call('POST', '/session', { headers: SIGN_IN });
      assert.deepEqual([reply.status, reply.json.code, setCookies(reply)], [503, 'unavailable', []]);
      assertNoSecret(reply.text, lines.text());
      assert.doesNotMatch(lines.text(), /access_to/);
    });
  }
});

describe('GET /session', () => {
  const unknown = { ...NOBODY, renewable: false };
  const HOSTILE: [what: string, cookie: string, json: object][] = [
    ['none', 'theme=dark', unknown],
    ['an empty one', 'mp3_access=; mp3_refresh=', unknown],
    ['one without a value', 'mp3_access; mp3_refresh', unknown],
    ['one that is no token', 'mp3_access=Basic YTpi; mp3_refresh={"a":1}', unknown],
    ['one in quotes that holds another', `mp3_access="${ACCESS}, Basic YTpi"`, unknown],
    ['one of 8 KiB', `mp3_access=${'a'.repeat(8192)}; mp3_refresh=${'b'.repeat(4097)}`, unknown],
    ['one of a name that only ends so', `not_mp3_access=${ACCESS}; x-mp3_refresh=${REFRESH}`, unknown],
    ['a token that nobody has signed', 'mp3_access=a.b.c; mp3_refresh=r', { ...unknown, renewable: true }],
    ['escapes', 'mp3_access=%00%ff; mp3_refresh=%0d%0aSet-Cookie:a=b', unknown],
  ];
  for (const [what, cookie, json] of HOSTILE) {
    it(`says that nobody is signed in where the cookies are ${what}`, async () => {
      const { call } = buildGateway({ auth });
      const reply = await call('GET', '/session', { headers: { cookie } });
      assert.deepEqual([reply.status, reply.json], [200, json]);
    });
  }

  it('says who is signed in, and when the session has to be renewed', async () => {
    const { call } = buildGateway({ auth });
    const iat = Math.floor(Date.now() / 1000);
    const token = await tokenOf(OWNER, { claims: { iat, exp: iat + 300 } });
    const fresh = { cookie: `mp3_access=${token}; mp3_refresh=${REFRESH}` };
    const { json, headers } = await call('GET', '/session', { headers: fresh });
    const { renew_in, ...view } = json;
    assert.deepEqual(view, { ...SIGNED_IN, renewable: true });
    // A minute before the token expires, which lives for five.
    assert.ok(renew_in > 200 && renew_in <= 240, String(renew_in));
    assert.equal(headers['cache-control'], 'no-store');
  });

  it('does not say that somebody is signed out because the keys of auth are not known', async () => {
    const { call } = buildGateway({ keys: () => problem(503, 'unavailable') });
    assert.equal((await call('GET', '/session', { headers: cookies })).status, 503);
  });
});

describe('POST /session/renewal', () => {
  const renew = { origin: ORIGIN, ...cookies };

  it('keeps the next tokens in the cookies', async () => {
    const { call, invocations, lines } = buildGateway({ auth });
    const reply = await call('POST', '/session/renewal', { headers: renew });
    assert.equal(reply.status, 200);
    assert.deepEqual(JSON.parse(String(invocations.at(-1)?.body)), { refresh_token: REFRESH });
    assert.ok(setCookies(reply)[1]?.includes(NEXT));
    assertNoSecret(reply.text, lines.text());
  });

  it('deletes the cookies where auth has ended the session', async () => {
    const { call } = buildGateway({ auth: () => problem(401, 'invalid_token') });
    const reply = await call('POST', '/session/renewal', { headers: renew });
    assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_token']);
    assert.deepEqual(setCookies(reply).map(isDeletion), [true, true]);
    assert.equal(reply.headers['www-authenticate'], 'Session realm="mp3converter"');
  });

  it('keeps the cookies while auth is away', async () => {
    const { call } = buildGateway({ auth: () => problem(503, 'unavailable', { 'retry-after': '5' }) });
    const reply = await call('POST', '/session/renewal', { headers: renew });
    assert.deepEqual([reply.status, setCookies(reply)], [503, []]);
    assert.equal(reply.headers['retry-after'], '5');
  });

  it('asks auth nothing where there is no refresh token', async () => {
    const { call, invocations } = buildGateway({ auth });
    const reply = await call('POST', '/session/renewal', { headers: { origin: ORIGIN } });
    assert.deepEqual([reply.status, reply.json.code, invocations], [401, 'invalid_token', []]);
    assert.equal(reply.headers['www-authenticate'], 'Session realm="mp3converter"');
  });
});

describe('DELETE /session', () => {
  const leave = { origin: ORIGIN, ...cookies };

  it('revokes the tokens and deletes the cookies', async () => {
    const { call, invocations } = buildGateway({ auth });
    const reply = await call('DELETE', '/session', { headers: leave });
    assert.deepEqual([reply.status, setCookies(reply).map(isDeletion)], [204, [true, true]]);
    const { path, body } = invocations.at(-1) ?? {};
    assert.deepEqual([path, body], ['/logout', JSON.stringify({ refresh_token: REFRESH })]);
  });

  const AWAY: [what: string, auth?: Auth][] = [
    ['the sidecar cannot reach auth'],
    ['a proxy answers instead of auth', () => jsonReply(502, {})],
    ['the database of auth is away', () => problem(503, 'unavailable', { 'retry-after': '5' })],
  ];
  for (const [what, away] of AWAY) {
    it(`deletes the cookies also where ${what}, and says with 503 that the tokens live on`, async () => {
      const { call } = buildGateway(away && { auth: away });
      const reply = await call('DELETE', '/session', { headers: leave });
      assert.deepEqual([reply.status, reply.json.code], [503, 'unavailable']);
      assert.deepEqual(setCookies(reply).map(isDeletion), [true, true]);
    });
  }

  it('is idempotent', async () => {
    const { call, invocations } = buildGateway({ auth });
    const reply = await call('DELETE', '/session', { headers: { origin: ORIGIN } });
    assert.deepEqual([reply.status, invocations], [204, []]);
  });
});

describe('the session cookie', () => {
  const evil = 'https://evil.example';
  const id = '018f0000-0000-7000-8000-000000000001';
  const WRITES: [method: string, path: string][] = [
    ['POST', '/session'],
    ['POST', '/session/renewal'],
    ['DELETE', '/session'],
    ['POST', '/upload?filename=a.mp4'],
    ['POST', '/uploads'],
    ['PATCH', `/uploads/${id}`],
    ['POST', `/uploads/${id}`],
    ['DELETE', `/uploads/${id}`],
    ['POST', '/probe'],
    ['POST', `/jobs/${id}/cancel`],
    ['POST', `/jobs/${id}/retry`],
    ['DELETE', `/jobs/${id}`],
    ['POST', '/refresh'],
  ];
  for (const [method, path] of WRITES) {
    for (const [from, headers] of [
      ['a page of another site', { origin: evil }],
      ['a page without an origin', { origin: 'null' }],
      ['something that names no origin', {}],
    ] as const) {
      it(`does not authorise ${method} ${path} of ${from}`, async () => {
        const { call, invocations } = buildGateway({ auth });
        const reply = await call(method, path, { headers: { ...cookies, ...headers } });
        assert.deepEqual([reply.status, reply.json.code], [403, 'forbidden']);
        assert.deepEqual([invocations, setCookies(reply)], [[], []]);
      });
    }
  }

  it('authorises a write of the page itself', async () => {
    const { call, save } = buildGateway({ auth });
    const job = await save(newJob());
    const headers = { ...cookies, origin: ORIGIN };
    assert.equal((await call('DELETE', `/jobs/${job.id}`, { headers })).status, 204);
  });

  const OWN: [what: string, call: Call][] = [
    ['its own Authorization', { headers: { authorization: `Bearer ${ACCESS}` } }],
    ['its own Authorization and a cookie', { headers: { ...cookies, authorization: `Bearer ${ACCESS}` } }],
    [
      'its own Authorization, from another site',
      { headers: { origin: evil, authorization: `Bearer ${ACCESS}` } },
    ],
  ];
  for (const [what, request] of OWN) {
    it(`asks for no origin where a request has ${what}`, async () => {
      const { call, save } = buildGateway({ auth });
      const job = await save(newJob());
      assert.equal((await call('DELETE', `/jobs/${job.id}`, request)).status, 204);
    });
  }

  it('does not replace the Authorization of a request', async () => {
    const { call, save } = buildGateway({ auth });
    const job = await save(newJob());
    const authorization = `Bearer ${await tokenOf(STRANGER)}`;
    const { status } = await call('GET', `/jobs/${job.id}`, { headers: { ...cookies, authorization } });
    assert.equal(status, 404);
  });

  for (const method of ['GET', 'HEAD']) {
    it(`authorises ${method} of an address or an element of the page, which have no origin`, async () => {
      const { call, save } = buildGateway({ auth });
      const job = await save(newJob());
      const reply = await call(method, `/jobs/${job.id}`, { headers: cookies });
      assert.equal(reply.status, 200);
      // No shared cache may give it to somebody else.
      assert.match(String(reply.headers['cache-control']), /private|no-store/);
    });
  }

  it('is refused as any expired token is, without a challenge that makes a browser ask for a password', async () => {
    const { call } = buildGateway({ auth });
    const expired = await tokenOf(OWNER, { claims: { exp: 1 } });
    const reply = await call('GET', '/jobs', { headers: { cookie: `mp3_access=${expired}` } });
    assert.deepEqual([reply.status, reply.json.code], [401, 'invalid_token']);
    assert.match(String(reply.headers['www-authenticate']), /^Bearer /);
  });
});
