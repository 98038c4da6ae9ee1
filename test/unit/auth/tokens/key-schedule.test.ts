import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  expiredKeys,
  JWKS_SECONDS,
  KEY_CACHE_SECONDS,
  LEAD_MS,
  nextKey,
  signingKey,
} from '../../../../services/auth/tokens/key-schedule.ts';

const DAY = 24 * 3600 * 1000;
const TOKEN = 900_000;
const key = (kid: string, createdAt: number, signsFrom = createdAt + LEAD_MS) => ({
  kid,
  createdAt,
  signsFrom,
});
const first = key('first', 0, 0);
const second = key('second', 30 * DAY);
const starts = 30 * DAY + LEAD_MS;

test('LEAD_MS is longer than all caches of old keys together', () => {
  assert.ok(LEAD_MS > (JWKS_SECONDS + KEY_CACHE_SECONDS) * 1000);
});

for (const [name, now, kid] of [
  ['lets the first key sign at once', 0, 'first'],
  ['does not let a new key sign before its time', starts - 1, 'first'],
  ['lets a new key sign from its time on', starts, 'second'],
  ['uses the first key where the clock is behind it', -5000, 'first'],
] as const) {
  test(`signingKey ${name}`, () => {
    assert.equal(signingKey([second, first], now)?.kid, kid);
    assert.equal(signingKey([first, second], now)?.kid, kid);
  });
}

test('nextKey lets the very first key sign at once', () => {
  assert.equal(signingKey([], 5), undefined);
  assert.deepEqual(nextKey([], 5, DAY), { signsFrom: 5 });
});

test('nextKey wants one new key when the newest is as old as the rotation interval', () => {
  assert.equal(nextKey([first], 30 * DAY - 1, 30 * DAY), undefined);
  assert.deepEqual(nextKey([first], 30 * DAY, 30 * DAY), { signsFrom: starts });
  assert.equal(nextKey([first, second], 30 * DAY, 30 * DAY), undefined);
});

test('expiredKeys returns a key after the last token that it signed has expired, and never the newest', () => {
  const expiredAt = starts + TOKEN + LEAD_MS;
  assert.deepEqual(expiredKeys([first, second], expiredAt - 1, TOKEN), []);
  assert.deepEqual(expiredKeys([first, second], expiredAt, TOKEN), [first]);
  assert.deepEqual(expiredKeys([first], 1000 * DAY, TOKEN), []);
});
