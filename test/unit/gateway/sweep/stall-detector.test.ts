import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createStallDetector } from '../../../../services/gateway/sweep/stall-detector.ts';

const STALL_TIMEOUT_MS = 40;

function build(context: TestContext) {
  let now = 1000;
  context.mock.method(performance, 'now', () => now);
  const detector = createStallDetector(STALL_TIMEOUT_MS);
  return {
    detector,
    /** Checks the job `afterMs` later than the last time. Its state was read `readMsAgo`. */
    check: (afterMs: number, state = 'a', readMsAgo = 0) => {
      now += afterMs;
      return detector.check('one', state, now - readMsAgo);
    },
  };
}

describe('createStallDetector', () => {
  test('finds a job stalled once it has not changed for the timeout', (context) => {
    const { check } = build(context);
    const stalls = [0, 10, 10, 10, 9, 1, 10].map((after) => check(after) !== undefined);
    assert.deepEqual(stalls, [false, false, false, false, false, true, true]);
  });

  test('starts again after a change', (context) => {
    const { check } = build(context);
    const stalls = [
      [0, 'a'],
      [20, 'a'],
      [19, 'b'],
      [20, 'b'],
      [19, 'b'],
      [1, 'b'],
    ].map(([after, state]) => check(after as number, state as string) !== undefined);
    assert.deepEqual(stalls, [false, false, false, false, false, true]);
  });

  test('does not count the whole of a long pause between two checks, so that a live job has time to make progress', (context) => {
    const { check } = build(context);
    assert.equal(check(0), undefined);
    assert.equal(check(1_000_000), undefined);
    assert.ok(check(STALL_TIMEOUT_MS / 2));
  });

  test('does not count the time for which the process was paused between the read and the check', (context) => {
    const { check } = build(context);
    assert.equal(check(0), undefined);
    assert.equal(check(20), undefined);
    assert.equal(check(1_000_000, 'a', 999_999), undefined);
    assert.ok(check(20));
  });

  test('waits longer each time after the job was republished', (context) => {
    const { check } = build(context);
    const times: number[] = [];
    for (let at = 0; at <= 63 * STALL_TIMEOUT_MS; at += 10) {
      const stall = check(at === 0 ? 0 : 10);
      if (!stall) continue;
      times.push(at / STALL_TIMEOUT_MS);
      stall.markRepublished();
    }
    // The timeout grows to 2, 4, 8 and 16 times its length, and then stays.
    assert.deepEqual(times, [1, 3, 7, 15, 31, 47, 63]);
  });

  test('finds the job stalled again at once when it was not republished', (context) => {
    const { check } = build(context);
    for (const after of [0, 20, 20]) check(after);
    assert.ok(check(0));
  });

  test('starts again for a job that was forgotten', (context) => {
    const { check, detector } = build(context);
    for (const after of [0, 20]) check(after);
    detector.forgetAllBut(new Set(['two']));
    assert.equal(check(20), undefined);
    detector.forgetAllBut(new Set(['one']));
    assert.equal(check(20), undefined);
    assert.ok(check(20));
  });
});
