import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digest,
  firstToken,
  newSeed,
  newSessionId,
  nextToken,
  sessionOf,
} from '../../../services/auth/refresh-tokens.ts';

const session = newSessionId();
const token = firstToken(session);

test('a token names its session, and so does each that follows', () => {
  assert.equal(sessionOf(token), session);
  let next = token;
  for (let count = 0; count < 5; count++) {
    next = nextToken(next, newSeed());
    assert.equal(sessionOf(next), session);
  }
});

test('the next token is the same again for the same token and seed, and another one for any other', () => {
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

test('what is stored has nothing of the secret in it', () => {
  assert.match(digest(token), /^[\da-f]{64}$/);
  assert.notEqual(digest(token), digest(nextToken(token, newSeed())));
});

for (const [what, text] of [
  ['nothing', ''],
  ['a session alone', session],
  ['a secret that is too short', token.slice(0, -1)],
  ['a secret that is too long', `${token}A`],
  ['a line more', `${token}\n`],
  ['SQL', "' OR 1=1 -- "],
] as const) {
  test(`${what} is no token`, () => assert.equal(sessionOf(text), undefined));
}
