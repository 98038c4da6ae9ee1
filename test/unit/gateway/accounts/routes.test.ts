import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InvokeReply } from '../../../../services/shared/dapr/sidecar.ts';
import { basic } from '../../../support/basic-auth.ts';
import { compressedBodies } from '../../../support/compressed-bodies.ts';
import type { Call } from '../../../support/in-process.ts';
import { inPieces } from '../../../support/random.ts';
import { buildGateway, jsonReply } from '../test-gateway.ts';

const LARGE = Buffer.from(JSON.stringify({ email: 'a'.repeat(20_000) }));
const CREDENTIALS = { email: 'ann@example.com', password: 'correct horse' };
const GRANT = { access_token: 'a', token_type: 'Bearer', expires_in: 900, refresh_token: 'r' };
const problem = (status: number, code: string, headers: InvokeReply['headers'] = {}) =>
  jsonReply(status, { status, code }, { 'content-type': 'application/problem+json', ...headers });
const noContent: InvokeReply = { status: 204, headers: {}, body: '' };

const FORWARDED: [what: string, path: string, call: Call, reply: InvokeReply][] = [
  ['a new account', '/register', { body: CREDENTIALS }, jsonReply(201, { id: 'x' })],
  ['a taken address', '/register', { body: CREDENTIALS }, problem(409, 'email_taken')],
  ['a weak password', '/register', { body: CREDENTIALS }, problem(422, 'weak_password')],
  [
    'a login',
    '/login',
    { headers: { authorization: 'Basic YTpi' } },
    jsonReply(200, GRANT, { 'cache-control': 'no-store' }),
  ],
  [
    'a wrong password',
    '/login',
    {},
    problem(401, 'invalid_credentials', { 'www-authenticate': 'Basic realm="x"' }),
  ],
  ['too many logins', '/login', {}, problem(429, 'too_many_requests', { 'retry-after': '7' })],
  [
    'a refresh',
    '/refresh',
    { body: { refresh_token: 'r' } },
    jsonReply(200, GRANT, { 'cache-control': 'no-store' }),
  ],
  ['a refresh token used twice', '/refresh', { body: { refresh_token: 'r' } }, problem(401, 'invalid_token')],
  ['a logout', '/logout', { body: { refresh_token: 'r' } }, noContent],
  ['a database that is away', '/login', {}, problem(503, 'unavailable', { 'retry-after': '5' })],
];

describe('accountRoutes', () => {
  for (const [what, path, call, answer] of FORWARDED) {
    test(`passes on the answer of auth to POST ${path} for ${what} (${answer.status})`, async () => {
      const { call: send, invocations } = buildGateway({ auth: () => answer });
      const reply = await send('POST', path, call);
      assert.equal(reply.status, answer.status);
      assert.equal(reply.text, answer.body);
      for (const [name, value] of Object.entries(answer.headers)) assert.equal(reply.headers[name], value);
      assert.deepEqual(
        invocations.map((request) => [request.method, request.path]),
        [['POST', path]],
      );
      if (call.body) assert.deepEqual(JSON.parse(String(invocations[0]?.body ?? '')), call.body);
    });
  }
});

describe('accountRoutes, for headers', () => {
  const hostile = {
    cookie: 'session=1',
    'x-forwarded-for': '10.0.0.1',
    'x-client-address': '10.0.0.1',
    'dapr-api-token': 'guessed',
    'dapr-app-id': 'notification',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const traceparent = /^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/;

  for (const [path, body, allowed] of [
    ['/login', undefined, { authorization: 'Basic YTpi' }],
    ['/register', CREDENTIALS, { 'content-type': 'application/json' }],
    ['/refresh', { refresh_token: 'r' }, { 'content-type': 'application/json' }],
  ] as const) {
    test(`passes only listed headers of POST ${path} to auth`, async () => {
      const { call, invocations } = buildGateway({ auth: () => jsonReply(200, {}) });
      const headers = { ...hostile, ...(path === '/login' && { authorization: 'Basic YTpi' }) };
      await call('POST', path, { headers, ...(body && { body }) });
      const { traceparent: trace, ...others } = invocations[0]?.headers ?? {};
      assert.deepEqual(others, { ...allowed, 'x-client-address': '192.0.2.1' });
      assert.match(trace ?? '', traceparent);
    });
  }

  test('passes only listed headers of auth to the client', async () => {
    const internal = {
      'set-cookie': 'a=b',
      server: 'daprd',
      'dapr-app-id': 'auth',
      'transfer-encoding': 'chunked',
    };
    const { call } = buildGateway({ auth: () => jsonReply(200, GRANT, internal) });
    const { headers } = await call('POST', '/login');
    for (const name of ['set-cookie', 'server', 'dapr-app-id']) assert.equal(headers[name], undefined, name);
  });
});

describe('accountRoutes, for a bad request', () => {
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  type Refused = [what: string, path: string, call: Call, status: number, code: string];
  const REFUSED: Refused[] = [
    ['malformed JSON', '/register', { body: '{"email":', headers: json }, 400, 'bad_request'],
    ['a JSON string', '/register', { body: '"ann"', headers: json }, 400, 'bad_request'],
    ['a form', '/register', { body: 'email=a&password=b', headers: form }, 415, 'unsupported_media_type'],
    ['a body without a type', '/refresh', { body: 'r' }, 415, 'unsupported_media_type'],
    ['an empty body', '/logout', {}, 415, 'unsupported_media_type'],
    [
      'an unknown content encoding',
      '/register',
      { body: '{}', headers: { ...json, 'content-encoding': 'x' } },
      415,
      'unsupported_media_type',
    ],
    ['a body that is too large', '/register', { body: { email: 'a'.repeat(20_000) } }, 413, 'too_large'],
    [
      'a chunked body that is too large',
      '/register',
      { body: inPieces(LARGE), headers: json },
      413,
      'too_large',
    ],
    ...compressedBodies().map(
      ([what, encoding, body]) =>
        [
          what,
          '/logout',
          { body, headers: { ...json, 'content-encoding': encoding } },
          415,
          'unsupported_media_type',
        ] satisfies Refused,
    ),
    [
      'credentials of 3 KiB',
      '/login',
      { headers: { authorization: `Basic ${'a'.repeat(3072)}` } },
      400,
      'bad_request',
    ],
    [
      'credentials of 12 KiB',
      '/login',
      { headers: { authorization: `Basic ${'a'.repeat(12_288)}` } },
      400,
      'bad_request',
    ],
  ];
  for (const [what, path, call, status, code] of REFUSED) {
    test(`refuses ${what} on POST ${path} with ${status} ${code}, without a call of auth`, async () => {
      const { call: send, invocations } = buildGateway({ auth: () => jsonReply(200, {}) });
      const reply = await send('POST', path, call);
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.deepEqual(invocations, []);
    });
  }
});

describe('accountRoutes, for JSON nested in thousands of levels', () => {
  const deep = '['.repeat(7_000) + ']'.repeat(7_000);
  for (const path of ['/register', '/refresh', '/logout']) {
    test(`passes the body of POST ${path} on to auth unchanged`, async () => {
      const { call: send, invocations } = buildGateway({ auth: () => problem(400, 'bad_request') });
      const body = `{"email":${deep}}`;
      const reply = await send('POST', path, { body, headers: { 'content-type': 'application/json' } });
      assert.deepEqual([reply.status, reply.json?.code], [400, 'bad_request']);
      assert.equal(invocations[0]?.body, body);
    });
  }
});

test('accountRoutes passes the longest credentials that an account may have on to auth', async () => {
  const authorization = basic(`${'e'.repeat(245)}@long.com`, 'p'.repeat(1024));
  const { call, invocations } = buildGateway({ auth: () => jsonReply(200, GRANT) });
  assert.equal((await call('POST', '/login', { headers: { authorization } })).status, 200);
  assert.equal(invocations[0]?.headers?.authorization, authorization);
});

describe('accountRoutes, while auth is unavailable', () => {
  const dapr = {
    errorCode: 'ERR_DIRECT_INVOKE',
    message: 'fail to invoke, id: auth, err: dial tcp 10.0.0.7:3001',
  };
  const AWAY: [what: string, auth?: () => InvokeReply][] = [
    ['the sidecar cannot be reached'],
    ['the sidecar answers that auth is unavailable', () => jsonReply(500, dapr)],
    ['the sidecar may not call auth', () => jsonReply(403, dapr)],
    [
      'a proxy answers instead of auth',
      () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '10.0.0.7' }),
    ],
  ];
  for (const [what, auth] of AWAY) {
    test(`answers 503 with Retry-After and no internal details when ${what}`, async () => {
      const { call } = buildGateway(auth && { auth });
      const reply = await call('POST', '/login');
      assert.deepEqual([reply.status, reply.json?.code], [503, 'unavailable']);
      assert.equal(reply.headers['retry-after'], '5');
      assert.doesNotMatch(reply.text, /10\.0\.0\.7|ERR_/);
    });
  }
});

test('accountRoutes logs no password and no token', async () => {
  const { call, lines } = buildGateway();
  await call('POST', '/register', { body: CREDENTIALS });
  await call('POST', '/register', {
    body: '{"password":"correct horse"',
    headers: { 'content-type': 'application/json' },
  });
  await call('POST', '/login', { headers: { authorization: 'Basic c2VjcmV0' } });
  assert.match(lines.text(), /unavailable/);
  assert.doesNotMatch(lines.text(), /correct horse|c2VjcmV0/);
});
