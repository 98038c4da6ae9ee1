import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deadKeys,
  JWKS_SECONDS,
  KEY_CACHE_SECONDS,
  LEAD_MS,
  nextKey,
  signingKey,
} from '../../../services/auth/key-schedule.ts';

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

test('the lead is longer than all caches of an old key set together', () => {
  assert.ok(LEAD_MS > (JWKS_SECONDS + KEY_CACHE_SECONDS) * 1000);
});

for (const [name, now, kid] of [
  ['the first key signs at once', 0, 'first'],
  ['a new key is published before it signs', starts - 1, 'first'],
  ['then it signs', starts, 'second'],
  ['a clock that is behind the first key still signs with it', -5000, 'first'],
] as const) {
  test(name, () => {
    assert.equal(signingKey([second, first], now)?.kid, kid);
    assert.equal(signingKey([first, second], now)?.kid, kid);
  });
}

test('no keys: the next one signs at once', () => {
  assert.equal(signingKey([], 5), undefined);
  assert.deepEqual(nextKey([], 5, DAY), { signsFrom: 5 });
});

test('a key is due when the newest is as old as the rotation says, and only once', () => {
  assert.equal(nextKey([first], 30 * DAY - 1, 30 * DAY), undefined);
  assert.deepEqual(nextKey([first], 30 * DAY, 30 * DAY), { signsFrom: starts });
  assert.equal(nextKey([first, second], 30 * DAY, 30 * DAY), undefined);
});

test('a key stays until the last token that it signed is expired, and the newest for ever', () => {
  const gone = starts + TOKEN + LEAD_MS;
  assert.deepEqual(deadKeys([first, second], gone - 1, TOKEN), []);
  assert.deepEqual(deadKeys([first, second], gone, TOKEN), [first]);
  assert.deepEqual(deadKeys([first], 1000 * DAY, TOKEN), []);
});
