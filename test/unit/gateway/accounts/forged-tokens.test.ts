import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { createAuthenticate } from '../../../../services/gateway/accounts/authenticate.ts';
import { forgedTokens, soundToken, type TokenParts } from '../../../support/forged-tokens.ts';
import { OWNER } from '../../../support/job.ts';
import { buildGateway, ISSUER, jsonReply } from '../test-gateway.ts';

const now = Math.floor(Date.now() / 1000);
const keys = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' };
const parts: TokenParts = {
  ...{ keys, now },
  header: { alg: 'EdDSA', kid: 'one', typ: 'at+jwt' },
  claims: {
    ...{ iss: ISSUER.issuer, aud: ISSUER.audience, sub: OWNER.id, email: OWNER.email },
    ...{ iat: now, exp: now + 900, jti: 'a' },
  },
};
const forged = await forgedTokens(parts);

/** Also remembers what the gateway asked of other services. */
function build() {
  const asked: string[] = [];
  const authenticate = createAuthenticate(async (app, { method, path }) => {
    asked.push(`${app} ${method} ${path}`);
    return jsonReply(200, { keys: [jwk] });
  }, ISSUER);
  return { asked, authenticate };
}

describe('createAuthenticate', () => {
  it('accepts the token of which each forged one is a variant', async () => {
    assert.deepEqual(await build().authenticate(`Bearer ${await soundToken(parts)}`), OWNER);
  });

  it('accepts a token of an auth whose clock is a minute ahead', async () => {
    const claims = { ...parts.claims, iat: now + 60, exp: now + 960 };
    assert.deepEqual(await build().authenticate(`Bearer ${await soundToken({ ...parts, claims })}`), OWNER);
  });

  for (const [what, token] of forged) {
    it(`refuses a token with ${what}`, async () => {
      await assert.rejects(build().authenticate(`Bearer ${token}`), { code: 'invalid_token' });
    });
  }

  it('asks for nothing but the keys of auth, whatever the header of a token names', async () => {
    const { asked, authenticate } = build();
    for (const [, token] of forged) await authenticate(`Bearer ${token}`).catch(() => undefined);
    assert.deepEqual([...new Set(asked)], ['auth GET /.well-known/jwks.json']);
  });

  it('asks for the keys once for a hundred unknown key ids', async () => {
    const { asked, authenticate } = build();
    for (const [what, token] of forged)
      if (what.startsWith('kid')) await authenticate(`Bearer ${token}`).catch(() => undefined);
    assert.equal(asked.length, 1);
  });
});

describe('a gateway', () => {
  it('answers each forged token that a header can carry with 401, and with nothing of its content', async () => {
    const { call } = buildGateway({ keys: () => jsonReply(200, { keys: [jwk] }) });
    for (const [what, token] of forged.filter(([, text]) => text.length < 8_000)) {
      const reply = await call('GET', '/jobs', { headers: { authorization: `Bearer ${token}` } });
      assert.equal(reply.status, 401, what);
      assert.match(String(reply.headers['www-authenticate']), /^Bearer realm="mp3converter"/, what);
      assert.ok(token === '' || !reply.text.includes(token), what);
    }
  });
});
