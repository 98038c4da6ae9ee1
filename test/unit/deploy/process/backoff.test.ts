import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../../deploy/process/backoff.ts';

test('a process that keeps falling is started again after 0.5 s doubling to 30 s', () => {
  const backoff = new Backoff();
  const pauses = Array.from({ length: 8 }, () => backoff.next(1_000));
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a healthy minute begins the pauses again', () => {
  const backoff = new Backoff();
  backoff.next(0);
  backoff.next(0);
  assert.equal(backoff.next(59_999), 2_000);
  assert.equal(backoff.next(60_000), 500);
});
