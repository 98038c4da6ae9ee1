import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digest,
  firstToken,
  newSeed,
  newSessionId,
  nextToken,
  sessionOf,
} from '../../../../services/auth/sessions/refresh-token-format.ts';

const session = newSessionId();
const token = firstToken(session);

test('sessionOf returns the session of a token and of each token that follows', () => {
  assert.equal(sessionOf(token), session);
  let next = token;
  for (let count = 0; count < 5; count++) {
    next = nextToken(next, newSeed());
    assert.equal(sessionOf(next), session);
  }
});

test('nextToken returns the same for the same token and seed, and something else for any others', () => {
  const seed = newSeed();
  const next = nextToken(token, seed);
  assert.equal(nextToken(token, seed), next);
  const others = [
    token,
    nextToken(token, newSeed()),
    nextToken(firstToken(session), seed),
    nextToken(next, seed),
  ];
  assert.equal(new Set([next, ...others]).size, 5);
});

test('digest does not contain the secret', () => {
  assert.match(digest(token), /^[\da-f]{64}$/);
  assert.notEqual(digest(token), digest(nextToken(token, newSeed())));
});

for (const [what, text] of [
  ['an empty text', ''],
  ['a session without a secret', session],
  ['a secret that is too short', token.slice(0, -1)],
  ['a secret that is too long', `${token}A`],
  ['a token with a line end', `${token}\n`],
  ['SQL', "' OR 1=1 -- "],
] as const) {
  test(`sessionOf returns undefined for ${what}`, () => assert.equal(sessionOf(text), undefined));
}
