import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestartBackoff } from '../../../../deploy/process/restart-backoff.ts';

describe('RestartBackoff', () => {
  it('doubles the pause from 0.5 s to 30 s while a process crashes again and again', () => {
    const backoff = new RestartBackoff();
    const pauses = Array.from({ length: 8 }, () => backoff.next(1_000));
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('begins with 0.5 s again after the process has run for a minute', () => {
    const backoff = new RestartBackoff();
    backoff.next(0);
    backoff.next(0);
    assert.equal(backoff.next(59_999), 2_000);
    assert.equal(backoff.next(60_000), 500);
  });
});
