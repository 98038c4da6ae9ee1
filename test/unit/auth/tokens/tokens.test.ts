import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  base64url,
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { KeySet } from '../../../../services/auth/tokens/signing-keys.ts';
import { createTokens } from '../../../../services/auth/tokens/tokens.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';

const NOW = Date.UTC(2030, 0, 1);
const SECONDS = NOW / 1000;
const USER = { id: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'ann@example.com' };

async function keyNamed(kid: string) {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { kid, ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
}

const one = await keyNamed('one');
const stranger = await keyNamed('stranger');
const jwks = { keys: [one.jwk] };
const set: KeySet = { signing: { kid: 'one', key: one.privateKey }, jwks, find: createLocalJWKSet(jwks) };
const options = { keys: async () => set, issuer: 'us', audience: 'our-api', seconds: 900 };
const tokens = createTokens({ ...options, now: () => NOW });

const CLAIMS: JWTPayload = {
  iss: 'us',
  aud: 'our-api',
  sub: USER.id,
  email: USER.email,
  iat: SECONDS,
  exp: SECONDS + 900,
  jti: 'a',
};
const HEADER = { alg: 'EdDSA', kid: 'one', typ: 'at+jwt' };
const sign = (claims: JWTPayload, header: object = {}, key: CryptoKey | Uint8Array = one.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ ...HEADER, ...header }).sign(key);
const part = (value: object) => base64url.encode(JSON.stringify(value));

test('sign makes a token with user, issuer, audience and expiry', async () => {
  const claims = await tokens.verify(await tokens.sign(USER));
  assert.match(claims.jti, /^[\da-f-]{36}$/);
  assert.deepEqual({ ...claims, jti: 'a' }, CLAIMS);
});

test('sign makes a token of a guest without an address', async () => {
  const { email: _, ...claims } = CLAIMS;
  const verified = await tokens.verify(await tokens.sign({ id: USER.id, email: null }));
  assert.deepEqual({ ...verified, jti: 'a' }, { ...claims, guest: true });
});

test('sign names the algorithm, the key and the type in the header', async () => {
  const [header] = (await tokens.sign(USER)).split('.');
  assert.deepEqual(JSON.parse(Buffer.from(String(header), 'base64url').toString()), HEADER);
});

test('verify accepts a token that the test makes like ours, so that each refusal below is for its one difference', async () => {
  assert.equal((await tokens.verify(await sign(CLAIMS))).sub, USER.id);
});

const without = (claim: string) => sign({ ...CLAIMS, [claim]: undefined });
const [ours, signature] = await (async () => {
  const token = await sign(CLAIMS);
  const end = token.lastIndexOf('.');
  return [token.slice(0, end), token.slice(end + 1)] as const;
})();
const rsa = await generateKeyPair('RS256');
const pem = new TextEncoder().encode(await exportSPKI(one.publicKey));

const REFUSED: Record<string, string> = {
  'an expired token': await sign({ ...CLAIMS, exp: SECONDS }),
  'another issuer': await sign({ ...CLAIMS, iss: 'them' }),
  'another audience': await sign({ ...CLAIMS, aud: 'their-api' }),
  'another type': await sign(CLAIMS, { typ: 'JWT' }),
  'a token without a type': await sign(CLAIMS, { typ: undefined }),
  'an unknown key': await sign(CLAIMS, { kid: 'stranger' }, stranger.privateKey),
  "a stranger's signature under our key's name": await sign(CLAIMS, {}, stranger.privateKey),
  'HS256 whose secret is the public key as PEM': await sign(CLAIMS, { alg: 'HS256' }, pem),
  'HS256 whose secret is the bytes of the public key': await sign(
    CLAIMS,
    { alg: 'HS256' },
    base64url.decode(String(one.jwk.x)),
  ),
  RS256: await sign(CLAIMS, { alg: 'RS256' }, rsa.privateKey),
  'an unsigned token (alg none)': `${part({ ...HEADER, alg: 'none' })}.${part(CLAIMS)}.`,
  'alg None with our signature': `${part({ ...HEADER, alg: 'None' })}.${part(CLAIMS)}.${signature}`,
  'other claims under our signature': `${part(HEADER)}.${part({ ...CLAIMS, sub: 'eve' })}.${signature}`,
  'an empty signature': `${ours}.`,
  'a user id that is not a UUID': await sign({ ...CLAIMS, sub: 'eve' }),
  'an e-mail address that is not text': await sign({ ...CLAIMS, email: { $gt: '' } }),
  'a guest with an address': await sign({ ...CLAIMS, guest: true }),
  'a guest who is none': await sign({ ...CLAIMS, email: undefined, guest: false }),
  'a token that is not valid yet': await sign({ ...CLAIMS, nbf: SECONDS + 60 }),
  'a token of two parts': ours,
  'text that is not a token': 'nonsense',
  'a text of three dots': '...',
  'an empty text': '',
};
for (const claim of Object.keys(CLAIMS)) REFUSED[`a token without ${claim}`] = await without(claim);

for (const [name, token] of Object.entries(REFUSED)) {
  test(`verify refuses ${name}`, async () => {
    await assert.rejects(tokens.verify(token), (error) => isAppError(error, 'invalid_token'));
  });
}

test('verify accepts no other algorithm, even if a key for it were among ours', async () => {
  const secret = new Uint8Array(32);
  const mixed = createTokens({
    ...options,
    keys: async () => ({ ...set, find: async () => secret }),
    now: () => NOW,
  });
  const token = await sign(CLAIMS, { alg: 'HS256' }, secret);
  await assert.rejects(mixed.verify(token), (error) => isAppError(error, 'invalid_token'));
});

test('verify does not blame the token when the keys cannot be read', async () => {
  const fault = new Error('no database');
  const broken = createTokens({ ...options, keys: () => Promise.reject(fault) });
  await assert.rejects(broken.verify('a.b.c'), fault);
});
