import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Koa from 'koa';
import { createOperatorSessions } from '../../../../services/gateway/operator/session.ts';
import { inProcess } from '../../../support/in-process.ts';
import { failed } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOperator, asOwner, buildGateway, OPERATOR_TOKEN } from '../test-gateway.ts';

const SESSION = '/operator/session';
/** As a browser sends it with a request of a page of this gateway. */
const fromPage = { origin: 'http://gateway.test' };
const withCookie = (cookie: string, headers: Record<string, string> = fromPage) => ({ ...headers, cookie });

/** The cookie that a response sets, as a browser sends it back. */
function cookieOf(headers: Record<string, string | string[] | undefined>): string {
  const [line = ''] = [headers['set-cookie'] ?? []].flat();
  return line.split(';')[0] ?? '';
}

async function signedIn() {
  const gateway = buildGateway();
  const reply = await gateway.call('POST', SESSION, { headers: fromPage, body: { token: OPERATOR_TOKEN } });
  return { ...gateway, reply, cookie: cookieOf(reply.headers) };
}

describe('POST /operator/session', () => {
  it('sets a cookie that no script can read, for /operator alone, without the token in it', async () => {
    const { reply, lines } = await signedIn();
    assert.deepEqual([reply.status, reply.json], [200, { signed_in: true }]);
    const [cookie = ''] = reply.headers['set-cookie'] ?? [];
    assert.match(
      cookie,
      /^mp3_operator=\d+\.[\w-]{43}; Max-Age=43200; Path=\/operator; HttpOnly; SameSite=Strict$/,
    );
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.ok(!`${cookie}${lines.text()}`.includes(OPERATOR_TOKEN));
  });

  const REFUSED: [
    what: string,
    body: unknown,
    headers: Record<string, string>,
    status: number,
    code: string,
  ][] = [
    ['a wrong token', { token: `${OPERATOR_TOKEN}x` }, fromPage, 401, 'invalid_token'],
    ['an empty token', { token: '' }, fromPage, 401, 'invalid_token'],
    ['a body without a token', {}, fromPage, 400, 'bad_request'],
    ['a token that is no text', { token: 5 }, fromPage, 400, 'bad_request'],
    ['another site', { token: OPERATOR_TOKEN }, { origin: 'https://evil.example' }, 403, 'forbidden'],
    ['a request without an origin', { token: OPERATOR_TOKEN }, {}, 403, 'forbidden'],
    ['a body that is too large', { token: 'x'.repeat(20_000) }, fromPage, 413, 'too_large'],
  ];
  for (const [what, body, headers, status, code] of REFUSED) {
    it(`refuses ${what} with ${status}, and sets no cookie`, async () => {
      const reply = await buildGateway().call('POST', SESSION, { headers, body: body as object });
      assert.deepEqual(
        [reply.status, reply.json.code, reply.headers['set-cookie']],
        [status, code, undefined],
      );
    });
  }
});

describe('the session of an operator', () => {
  it('gives access to every route of an operator, and to none of a user', async () => {
    const { call, cookie, save, failedIndex, blobs } = await signedIn();
    const [first, second] = [await save(failed()), await save(failed())];
    const expires = new Date(first.expires_at);
    await blobs.write(first.videoBlobId, inPieces(randomBytes(100)), { expires });
    await failedIndex.add([first, second]);
    const ask = async (method: string, path: string) =>
      (await call(method, path, { headers: withCookie(cookie) })).status;
    assert.equal(await ask('GET', '/operator/overview'), 200);
    assert.equal(await ask('GET', '/operator/failed'), 200);
    assert.equal(await ask('POST', `/operator/failed/${first.id}/retry`), 202);
    assert.equal(await ask('DELETE', `/operator/failed/${second.id}`), 204);
    assert.equal(await ask('GET', '/jobs'), 401);
    const session = await call('GET', SESSION, { headers: withCookie(cookie) });
    assert.deepEqual(session.json, { signed_in: true });
  });

  it('also counts where a user is signed in, in the same browser', async () => {
    const { call, cookie } = await signedIn();
    const reply = await call('GET', '/operator/overview', { headers: withCookie(cookie, asOwner) });
    assert.equal(reply.status, 200);
  });

  const ORIGINS: [what: string, headers: Record<string, string>, status: number][] = [
    ['of this gateway', fromPage, 204],
    ['of another site', { origin: 'https://evil.example' }, 403],
    ['of a subdomain', { origin: 'http://sub.gateway.test' }, 403],
    ['that is hidden', { origin: 'null' }, 403],
    ['that is missing', {}, 403],
    ['of another site with the token', { ...asOperator, origin: 'https://evil.example' }, 204],
  ];
  for (const [what, headers, status] of ORIGINS) {
    it(`answers ${status} to a command with an origin ${what}`, async () => {
      const { call, cookie, save } = await signedIn();
      const { id } = await save(failed());
      const reply = await call('DELETE', `/operator/failed/${id}`, {
        headers: withCookie(cookie, headers),
      });
      assert.equal(reply.status, status);
    });
  }

  it('is forgotten by the browser after DELETE /operator/session', async () => {
    const { call, cookie } = await signedIn();
    const reply = await call('DELETE', SESSION, { headers: withCookie(cookie) });
    assert.equal(reply.status, 204);
    assert.match(String(reply.headers['set-cookie']), /^mp3_operator=; Max-Age=0; Path=\/operator; HttpOnly/);
    const refused = await call('DELETE', SESSION, { headers: withCookie(cookie, {}) });
    assert.equal(refused.status, 403);
  });

  it('does not exist without an operator token', async () => {
    const { call } = buildGateway({ hasOperator: false });
    for (const [method, path] of [
      ['GET', SESSION],
      ['POST', SESSION],
      ['DELETE', SESSION],
      ['GET', '/operator/overview'],
    ] as const) {
      const reply = await call(method, path, { headers: fromPage });
      assert.deepEqual([reply.status, reply.json.code], [404, 'not_found'], `${method} ${path}`);
    }
  });
});

describe('createOperatorSessions', () => {
  const TOKEN = 'x'.repeat(32);
  const start = Date.UTC(2026, 0, 1);

  /** Begins a session, and tells whether it is open for a gateway with other ports. */
  async function isOpen(changes: {
    operatorToken?: string;
    now?: number;
    cookie?: (value: string) => string;
  }) {
    const app = new Koa();
    const ports = { operatorToken: TOKEN, publicUrl: 'http://gateway.test' };
    app.use((context) => {
      if (context.method === 'POST') createOperatorSessions({ ...ports, now: () => start }).begin(context);
      const { operatorToken = TOKEN, now = start } = changes;
      context.body = String(
        createOperatorSessions({ ...ports, operatorToken, now: () => now }).isOpen(context),
      );
    });
    const call = inProcess(app);
    const cookie = cookieOf((await call('POST', '/')).headers);
    const { cookie: change = (value: string) => value } = changes;
    return (await call('GET', '/', { headers: { cookie: change(cookie) } })).text === 'true';
  }
  const HOUR = 3600_000;
  const laterEnd = (cookie: string) =>
    cookie.replace(/=(\d+)/, (_match, end: string) => `=${Number(end) + 3600}`);

  const CASES: [what: string, changes: Parameters<typeof isOpen>[0], isOpen: boolean][] = [
    ['is open', {}, true],
    ['is open shortly before twelve hours have passed', { now: start + 12 * HOUR - 1000 }, true],
    ['has ended after twelve hours', { now: start + 12 * HOUR }, false],
    ['has ended where the gateway has another token', { operatorToken: 'y'.repeat(32) }, false],
    ['is refused where its end was changed', { cookie: laterEnd }, false],
    ['is refused where its signature was changed', { cookie: (value) => `${value.slice(0, -2)}AA` }, false],
    ['is refused where its signature is missing', { cookie: (value) => value.split('.')[0] ?? '' }, false],
    ['is refused where it is the token', { cookie: () => `mp3_operator=${TOKEN}` }, false],
    ['is refused where it is endless', { cookie: () => `mp3_operator=${'9'.repeat(400)}.x` }, false],
  ];
  for (const [what, changes, expected] of CASES)
    it(`${what}`, async () => assert.equal(await isOpen(changes), expected));

  it('sets a cookie for https alone where the public URL is https, also behind a proxy', async () => {
    const app = new Koa();
    app.use((context) => {
      createOperatorSessions({ operatorToken: TOKEN, publicUrl: 'https://mp3.example.com' }).begin(context);
      context.body = '';
    });
    const { headers } = await inProcess(app)('GET', '/');
    assert.match(String(headers['set-cookie']), /^__Secure-mp3_operator=.*; SameSite=Strict; Secure$/);
  });
});
