import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLocalJWKSet, exportJWK, generateKeyPair } from 'jose';
import { createTokens } from '../../../../services/auth/tokens/tokens.ts';
import { forgedTokens, soundToken, type TokenParts } from '../../../support/forged-tokens.ts';

const now = Math.floor(Date.UTC(2030, 0, 1) / 1000);
const keys = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' }] };
const set = { signing: { kid: 'one', key: keys.privateKey }, jwks, find: createLocalJWKSet(jwks) };
const tokens = createTokens({
  keys: async () => set,
  ...{ issuer: 'us', audience: 'our-api', seconds: 900, now: () => now * 1000 },
});
const parts: TokenParts = {
  ...{ keys, now },
  header: { alg: 'EdDSA', kid: 'one', typ: 'at+jwt' },
  claims: {
    ...{ iss: 'us', aud: 'our-api', sub: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10', email: 'ann@example.com' },
    ...{ iat: now, exp: now + 900, jti: 'a' },
  },
};

const forged = await forgedTokens(parts);

describe('verify of auth', () => {
  it('accepts the token of which each forged one is a variant', async () => {
    assert.equal((await tokens.verify(await soundToken(parts))).sub, parts.claims.sub);
  });

  it('accepts a token of a replica whose clock is a minute ahead', async () => {
    const claims = { ...parts.claims, iat: now + 60, exp: now + 960 };
    assert.equal((await tokens.verify(await soundToken({ ...parts, claims }))).iat, now + 60);
  });

  for (const [what, token] of forged) {
    it(`refuses a token with ${what}`, async () => {
      await assert.rejects(tokens.verify(token), { code: 'invalid_token' });
    });
  }
});
