import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic } from '../../support/basic-auth.ts';
import { compressedBodies } from '../../support/compressed-bodies.ts';
import type { Call } from '../../support/in-process.ts';
import { buildApp, PASSWORD, USER } from './build-app.ts';

const ann = { email: USER.email, password: PASSWORD };
const bob = { email: 'bob@example.com', password: PASSWORD };
const json = { 'content-type': 'application/json' };
const bearerOf = (token: string) => ({ authorization: `Bearer ${token}` });
const login = { authorization: basic(USER.email, PASSWORD) };

type Row = [name: string, method: string, path: string, call: Call, status: number, code?: string];
const deep = '['.repeat(7_000) + ']'.repeat(7_000);
const ROWS: Row[] = [
  ['a new account', 'POST', '/register', { body: bob }, 201],
  ['a new guest', 'POST', '/guests', {}, 200],
  ['a guest who registers', 'POST', '/guests/registration', { body: bob, headers: bearerOf('guest') }, 200],
  [
    'a user who registers as a guest',
    ...([
      'POST',
      '/guests/registration',
      { body: bob, headers: bearerOf('a') },
      409,
      'state_conflict',
    ] as const),
  ],
  [
    'a stranger who registers as a guest',
    ...([
      'POST',
      '/guests/registration',
      { body: bob, headers: bearerOf('x') },
      401,
      'invalid_token',
    ] as const),
  ],
  [
    'a guest who registers without a token',
    'POST',
    '/guests/registration',
    { body: bob },
    401,
    'invalid_token',
  ],
  [
    'a guest who registers without a password',
    'POST',
    '/guests/registration',
    { body: { email: bob.email }, headers: bearerOf('guest') },
    400,
    'bad_request',
  ],
  [
    'a content type with a charset',
    'POST',
    '/register',
    { body: bob, headers: { 'content-type': 'application/json; charset=utf-8' } },
    201,
  ],
  ['a taken address', 'POST', '/register', { body: ann }, 409, 'email_taken'],
  ['malformed JSON', 'POST', '/register', { body: '{"email":', headers: json }, 400, 'bad_request'],
  ['JSON text', 'POST', '/register', { body: '"ann"', headers: json }, 400, 'bad_request'],
  ['a JSON list', 'POST', '/register', { body: [] }, 400, 'bad_request'],
  ['an empty body', 'POST', '/register', { body: '', headers: json }, 400, 'bad_request'],
  ['a missing body', 'POST', '/register', {}, 415, 'unsupported_media_type'],
  ['a missing password', 'POST', '/register', { body: { email: 'bob@example.com' } }, 400, 'bad_request'],
  ['a password that is a number', 'POST', '/register', { body: { ...bob, password: 1 } }, 400, 'bad_request'],
  [
    'a member named __proto__',
    'POST',
    '/register',
    { body: '{"__proto__":{"email":"a"}}', headers: json },
    400,
    'bad_request',
  ],
  [
    'a form',
    'POST',
    '/register',
    { body: 'email=bob', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media_type',
  ],
  ['a missing content type', 'POST', '/register', { body: '{}' }, 415, 'unsupported_media_type'],
  [
    'an unknown encoding',
    'POST',
    '/register',
    { body: '{}', headers: { ...json, 'content-encoding': 'zip' } },
    415,
    'unsupported_media_type',
  ],
  ...compressedBodies().map(
    ([what, encoding, body]): Row => [
      what,
      'POST',
      '/refresh',
      { body, headers: { ...json, 'content-encoding': encoding } },
      415,
      'unsupported_media_type',
    ],
  ),
  [
    'an identity encoding',
    'POST',
    '/register',
    { body: bob, headers: { 'content-encoding': 'identity' } },
    201,
  ],
  [
    'deeply nested JSON',
    'POST',
    '/register',
    { body: `{"email":${deep}}`, headers: json },
    400,
    'bad_request',
  ],
  ['a deeply nested list', 'POST', '/logout', { body: deep, headers: json }, 400, 'bad_request'],
  ['a large body', 'POST', '/register', { body: { ...bob, more: 'x'.repeat(17_000) } }, 413, 'too_large'],
  ['the right password', 'POST', '/login', { headers: login }, 200],
  [
    'a wrong password',
    'POST',
    '/login',
    { headers: { authorization: basic(USER.email, 'x') } },
    401,
    'invalid_credentials',
  ],
  ['missing credentials', 'POST', '/login', {}, 401, 'invalid_credentials'],
  ['the right password', 'GET', '/login', { headers: login }, 405, 'method_not_allowed'],
  ['a refresh token', 'POST', '/refresh', { body: { refresh_token: 'r' } }, 200],
  ['a bad refresh token', 'POST', '/refresh', { body: { refresh_token: 'x' } }, 401, 'invalid_token'],
  ['a refresh without its token', 'POST', '/refresh', { body: {} }, 400, 'bad_request'],
  ['a refresh token', 'POST', '/logout', { body: { refresh_token: 'r' } }, 204],
  ['a logout without its token', 'POST', '/logout', { body: {} }, 400, 'bad_request'],
  ['a token', 'POST', '/validate', { headers: { authorization: 'Bearer a' } }, 200],
  ['a token', 'GET', '/validate', { headers: { authorization: 'Bearer a' } }, 200],
  ['a bad token', 'GET', '/validate', { headers: { authorization: 'Bearer x' } }, 401, 'invalid_token'],
  ['a missing token', 'POST', '/validate', {}, 401, 'invalid_token'],
  ['a request for the keys', 'GET', '/.well-known/jwks.json', {}, 200],
  ['a request for the ids of users', 'GET', '/users', {}, 200],
  ['a request for the ids after one', 'GET', `/users?after=${USER.id}&limit=1000`, {}, 200],
  ['a cursor that is not an id', 'GET', '/users?after=x', {}, 400, 'bad_request'],
  ['two cursors', 'GET', `/users?after=${USER.id}&after=${USER.id}`, {}, 400, 'bad_request'],
  ['a limit of 0', 'GET', '/users?limit=0', {}, 400, 'bad_request'],
  ['a limit that is too high', 'GET', '/users?limit=1001', {}, 400, 'bad_request'],
  ['an unknown path', 'GET', '/admin', {}, 404, 'not_found'],
];

for (const [name, method, path, call, status, code] of ROWS) {
  test(`${method} ${path} responds to ${name} with ${status}${code ? ` ${code}` : ''}`, async () => {
    const reply = await buildApp().call(method, path, call);
    assert.equal(reply.status, status, reply.text);
    assert.equal(reply.json?.code, code);
    if (code) assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
  });
}

test('responses with a token are never cached, and those with keys for five minutes', async () => {
  const { call } = buildApp();
  const stored = async (method: string, path: string, headers = {}) =>
    (await call(method, path, { headers })).headers['cache-control'];
  assert.equal(await stored('POST', '/login', login), 'no-store');
  assert.equal(await stored('GET', '/validate', { authorization: 'Bearer a' }), 'no-store');
  assert.equal(await stored('GET', '/.well-known/jwks.json'), 'public, max-age=300');
});

test('GET /users returns only the ids of the users, a page at a time', async () => {
  const { call } = buildApp();
  assert.deepEqual((await call('GET', '/users')).json, { users: [USER.id] });
  assert.deepEqual((await call('GET', `/users?after=${USER.id}`)).json, { users: [] });
});

test('each 401 response names its authentication scheme', async () => {
  const { call } = buildApp();
  const challenge = async (path: string) => (await call('POST', path)).headers['www-authenticate'];
  assert.equal(await challenge('/login'), 'Basic realm="mp3converter", charset="UTF-8"');
  assert.equal(await challenge('/validate'), 'Bearer error="invalid_token"');
});

test('no error logs or returns a password or a token', async () => {
  const { call, lines } = buildApp({ mysql: false });
  const secret = 'hunter2hunter2';
  const broken = { body: `{"password":${secret}}`, headers: json };
  const replies = [
    await call('POST', '/register', broken),
    await call('POST', '/register', { body: { ...bob, password: secret } }),
    await call('POST', '/login', { headers: { authorization: basic(USER.email, secret) } }),
    await call('POST', '/refresh', { body: { refresh_token: secret } }),
    await call('GET', '/validate', { headers: { authorization: `Bearer ${secret}` } }),
  ];
  assert.deepEqual(
    replies.map((reply) => reply.status),
    [400, 503, 401, 401, 401],
  );
  assert.ok(lines.length >= 5);
  for (const text of [...lines, ...replies.map((reply) => reply.text)]) {
    assert.ok(!text.includes('hunter2'), text);
  }
});

test('only the sidecar may call the routes, but anybody may read health and metrics', async () => {
  const { call } = buildApp({ apiToken: 'sesame' });
  for (const [, method, path, options] of ROWS) {
    const foreign = { ...options, headers: { ...options.headers, 'dapr-api-token': 'guess' } };
    assert.equal((await call(method, path, foreign)).status, 403, `${method} ${path}`);
  }
  const headers = { ...login, 'dapr-api-token': 'sesame' };
  assert.equal((await call('POST', '/login', { headers })).status, 200);
  assert.equal((await call('GET', '/healthz')).status, 200);
  assert.equal((await call('GET', '/readyz')).status, 200);
  const { status, text } = await call('GET', '/metrics');
  assert.equal(status, 200);
  assert.match(text, /^process_resident_memory_bytes\{service="auth"\} \d+$/m);
  assert.match(
    text,
    /^http_request_duration_seconds_count\{service="auth",method="POST",route="\/login",status="200"\} \d+$/m,
  );
});

test('GET /readyz responds with 200 only while the database answers and the service is not stopping', async () => {
  const down = buildApp({ mysql: false });
  assert.equal((await down.call('GET', '/healthz')).status, 200);
  assert.equal((await down.call('GET', '/readyz')).status, 503);
  const stopped = buildApp();
  stopped.stopping.abort();
  assert.equal((await stopped.call('GET', '/readyz')).status, 503);
});
