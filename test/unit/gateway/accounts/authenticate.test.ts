import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { createAuthenticate } from '../../../../services/gateway/accounts/authenticate.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { OWNER } from '../../../support/job.ts';
import {
  asGuest,
  bearer,
  buildGateway,
  GUEST,
  ISSUER,
  jsonReply,
  KEYS,
  publicJwk,
  tokenOf,
} from '../test-gateway.ts';

const other = await generateKeyPair('EdDSA');
const rsa = await generateKeyPair('RS256');
/** The public key as a text, which an attacker may use as an HMAC secret. */
const publicText = Buffer.from(await exportSPKI(KEYS.publicKey));
const now = () => Math.floor(Date.now() / 1000);
const encode = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

type Forgery = Parameters<typeof tokenOf>[1];
const forged = async (forgery?: Forgery) => `Bearer ${await tokenOf(OWNER, forgery)}`;
/** A valid token with one part replaced. */
const replaced = async (part: 0 | 1 | 2, by: (text: string) => string) =>
  `Bearer ${(await tokenOf())
    .split('.')
    .map((text, at) => (at === part ? by(text) : text))
    .join('.')}`;
const head = { alg: 'EdDSA', typ: 'at+jwt', kid: 'one' };

const REFUSED: [what: string, authorization: string | Promise<string>][] = [
  ['a request without a token', ''],
  ['a header with only a scheme', 'Bearer'],
  ['another scheme', `Basic ${await tokenOf()}`],
  ['two tokens', `Bearer ${await tokenOf()}, ${await tokenOf()}`],
  ['text that is no token', 'Bearer not-a-token'],
  ['three parts of nonsense', 'Bearer a.b.c'],
  ['10 KB of nonsense', `Bearer ${'a'.repeat(5_000)}.${'b'.repeat(5_000)}.c`],
  ['an expired token', forged({ claims: { exp: now() - 1 } })],
  ['a token that is not valid yet', forged({ claims: { nbf: now() + 3600 } })],
  ['a token of another issuer', forged({ claims: { iss: 'evil' } })],
  ['a token for another audience', forged({ claims: { aud: 'other-api' } })],
  ['a token without an audience', forged({ claims: { aud: undefined } })],
  ['a token without a subject', forged({ claims: { sub: undefined } })],
  ['a token without an email claim', forged({ claims: { email: undefined } })],
  ['a guest with an email claim', forged({ claims: { guest: true } })],
  ['a guest who is none', forged({ claims: { email: undefined, guest: false } })],
  ['an email claim that is no text', forged({ claims: { email: null } })],
  ['a token without an expiry', forged({ claims: { exp: undefined } })],
  ['another type of token', forged({ header: { typ: 'JWT' } })],
  ['a token without a type', forged({ header: { typ: undefined } })],
  ['an unknown critical header', replaced(0, () => encode({ ...head, crit: ['x'], x: 1 }))],
  ['a token with alg none', replaced(0, () => encode({ ...head, alg: 'none' }))],
  [
    'a token with alg none and no signature',
    replaced(0, () => encode({ alg: 'none' })).then((all) => all.replace(/[^.]+$/, '')),
  ],
  [
    'a token signed by HS256 with the public key as its secret',
    forged({ header: { alg: 'HS256' }, key: publicText }),
  ],
  ['a token signed by RS256', forged({ header: { alg: 'RS256' }, key: rsa.privateKey })],
  ['the signature of another key under the key id of auth', forged({ key: other.privateKey })],
  ['a key id that auth does not have', forged({ header: { kid: 'two' } })],
  [
    'a key that comes with the token',
    forged({ header: { jwk: await exportJWK(other.publicKey) }, key: other.privateKey }),
  ],
  ['other claims under a valid signature', replaced(1, () => encode({ sub: 'admin', exp: now() + 300 }))],
  ['a truncated signature', replaced(2, (text) => text.slice(0, -4))],
  ['claims that are not JSON', replaced(1, () => encode('{'))],
];

describe('createAuthenticate, over HTTP', () => {
  for (const [what, authorization] of REFUSED) {
    test(`refuses ${what} with 401 and WWW-Authenticate`, async () => {
      const { call } = buildGateway();
      const { status, json, headers } = await call('GET', '/jobs', {
        headers: { authorization: await authorization },
      });
      assert.deepEqual([status, json.code], [401, 'invalid_token']);
      assert.equal(headers['www-authenticate'], 'Bearer realm="mp3converter", error="invalid_token"');
    });
  }

  for (const [method, path] of [
    ['POST', '/upload'],
    ['GET', '/jobs'],
    ['GET', '/jobs/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['GET', '/jobs/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10/events'],
    ['GET', '/download/5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10'],
    ['GET', '/download'],
  ] as const) {
    test(`refuses ${method} ${path} without a token`, async () => {
      const { status, json } = await buildGateway().call(method, path);
      assert.deepEqual([status, json.code], [401, 'invalid_token']);
    });
  }
});

describe('createAuthenticate, for a valid token', () => {
  test('returns the user of the token', async () => {
    const authenticate = createAuthenticate(async () => jsonReply(200, { keys: [publicJwk] }), ISSUER);
    assert.deepEqual(await authenticate(`Bearer ${await tokenOf()}`), OWNER);
    assert.deepEqual(await authenticate(`bearer ${await tokenOf()}`), OWNER);
  });

  test('returns the guest of a token without an address', async () => {
    const authenticate = createAuthenticate(async () => jsonReply(200, { keys: [publicJwk] }), ISSUER);
    for (let count = 0; count < 2; count++)
      assert.deepEqual(await authenticate(asGuest.authorization), GUEST);
  });

  test('fetches the keys once for many requests', async () => {
    const { call, invocations } = buildGateway();
    const headers = bearer(await tokenOf());
    for (let count = 0; count < 5; count++)
      assert.equal((await call('GET', '/jobs', { headers })).status, 200);
    assert.equal(invocations.length, 1);
  });

  test('refuses a cached token as soon as it has expired', async (context) => {
    const clock = stoppedClock(context);
    const authenticate = createAuthenticate(async () => jsonReply(200, { keys: [publicJwk] }), ISSUER);
    const token = `Bearer ${await tokenOf(OWNER, { claims: { exp: now() + 30 } })}`;
    assert.deepEqual(await authenticate(token), OWNER);
    clock.advance(31_000);
    await assert.rejects(authenticate(token), { code: 'invalid_token', message: /expired/ });
  });

  test('fetches the keys again for a token with a newer key, after a pause', async (context) => {
    const clock = stoppedClock(context);
    let fetched = 0;
    let keys = [publicJwk];
    const authenticate = createAuthenticate(
      async () => {
        fetched++;
        return jsonReply(200, { keys });
      },
      { ...ISSUER, now: () => Date.now() },
    );
    const two = `Bearer ${await tokenOf(OWNER, { header: { kid: 'two' } })}`;
    await authenticate(`Bearer ${await tokenOf()}`);
    keys = [publicJwk, { ...publicJwk, kid: 'two' }];
    await assert.rejects(authenticate(two), { code: 'invalid_token' });
    assert.equal(fetched, 1);
    clock.advance(11_000);
    assert.deepEqual(await authenticate(two), OWNER);
    assert.equal(fetched, 2);
  });
});

test('createAuthenticate refuses another algorithm even when its key is among those of auth', async () => {
  const jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' };
  const authenticate = createAuthenticate(async () => jsonReply(200, { keys: [publicJwk, jwk] }), ISSUER);
  const token = forged({ header: { alg: 'RS256', kid: 'rsa' }, key: rsa.privateKey });
  await assert.rejects(authenticate(await token), { code: 'invalid_token' });
});

test('createAuthenticate refuses a token that names no key while auth has several', async () => {
  const keys = [publicJwk, { ...publicJwk, kid: 'two' }];
  const authenticate = createAuthenticate(async () => jsonReply(200, { keys }), ISSUER);
  await assert.rejects(authenticate(await forged({ header: { kid: undefined } })), { code: 'invalid_token' });
});

describe('createAuthenticate, without keys', () => {
  const AWAY: [what: string, invoke: Parameters<typeof createAuthenticate>[0]][] = [
    ['auth is unavailable', () => Promise.reject(unavailable('the auth service'))],
    ['the sidecar answers 500', async () => jsonReply(500, { errorCode: 'ERR_DIRECT_INVOKE' })],
    ['the answer has no keys', async () => jsonReply(200, { hello: 'world' })],
    ['the answer is not JSON', async () => ({ status: 200, headers: {}, body: '<html>' })],
  ];
  for (const [what, invoke] of AWAY) {
    test(`rejects with unavailable when ${what}`, async () => {
      const authenticate = createAuthenticate(invoke, ISSUER);
      await assert.rejects(authenticate(`Bearer ${await tokenOf()}`), { code: 'unavailable' });
    });
  }
});
