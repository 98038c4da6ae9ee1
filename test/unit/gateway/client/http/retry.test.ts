import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConnectionLostError,
  ForeignResponseError,
  ProblemError,
  UnreachableError,
} from '../../../../../services/gateway/client/http/errors.ts';
import { createRetrySchedule, retry } from '../../../../../services/gateway/client/http/retry.ts';
import { createTestClock } from '../test-clock.ts';

const LOST = new ConnectionLostError('lost');
const { signal } = new AbortController();

describe('createRetrySchedule', () => {
  it('doubles the delay from half a second to ten seconds', () => {
    const schedule = createRetrySchedule({});
    const delays = Array.from({ length: 8 }, () => schedule.delayAfter(LOST));
    assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('doubles the delay up to another bound', () => {
    const schedule = createRetrySchedule({ maxDelayMs: 3_000 });
    const delays = Array.from({ length: 5 }, () => schedule.delayAfter(LOST));
    assert.deepEqual(delays, [500, 1_000, 2_000, 3_000, 3_000]);
  });

  it('throws the error once the delays would exceed the total wait', () => {
    const schedule = createRetrySchedule({ maxWaitMs: 1_500 });
    assert.deepEqual([schedule.delayAfter(LOST), schedule.delayAfter(LOST)], [500, 1_000]);
    assert.throws(() => schedule.delayAfter(LOST), LOST);
  });

  it('counts from zero again after a reset', () => {
    const schedule = createRetrySchedule({ maxWaitMs: 500 });
    schedule.delayAfter(LOST);
    schedule.reset();
    assert.equal(schedule.delayAfter(LOST), 500);
  });

  const busy = (retryAfterSeconds: number) =>
    new ProblemError('later', { status: 429, code: 'too_many_requests', retryAfterSeconds });

  it('waits as long as Retry-After says', () => {
    assert.equal(createRetrySchedule({}).delayAfter(busy(7)), 7_000);
    assert.equal(
      createRetrySchedule({}).delayAfter(
        new ForeignResponseError('HTTP 503', { status: 503, retryAfterSeconds: 3 }),
      ),
      3_000,
    );
  });

  it('tries again after a line that was too slow', () => {
    const error = new ProblemError('too slow', { status: 408, code: 'too_slow' });
    assert.equal(createRetrySchedule({}).delayAfter(error), 500);
  });

  it('ignores a Retry-After of 0, which would use up all attempts at once', () => {
    assert.equal(createRetrySchedule({}).delayAfter(busy(0)), 500);
  });

  it('throws an error whose Retry-After is longer than a minute, whatever else counts as transient', () => {
    const schedule = createRetrySchedule({ maxWaitMs: 600_000, alsoTransient: () => true });
    assert.throws(() => schedule.delayAfter(busy(61)), /later/);
  });

  it('throws an error after which no attempt can succeed, unless the caller knows better', () => {
    const error = new UnreachableError('nothing answers');
    assert.throws(() => createRetrySchedule({}).delayAfter(error), error);
    assert.equal(createRetrySchedule({ alsoTransient: () => true }).delayAfter(error), 500);
  });
});

describe('retry', () => {
  it('reports each wait and returns the result of the attempt that succeeds', async () => {
    const clock = createTestClock();
    const waits: number[] = [];
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      if (attempts < 3) throw LOST;
      return 'done';
    };
    const onRetry = (_error: unknown, seconds: number) => void waits.push(seconds);
    assert.equal(await retry(attempt, { clock, signal, onRetry }), 'done');
    assert.deepEqual(
      [waits, clock.sleeps],
      [
        [0.5, 1],
        [500, 1_000],
      ],
    );
  });

  it('does not repeat an attempt after the signal was aborted', async () => {
    const stop = new AbortController();
    const clock = createTestClock();
    const attempt = async () => {
      stop.abort(new Error('interrupted'));
      throw LOST;
    };
    await assert.rejects(retry(attempt, { clock, signal: stop.signal }), LOST);
    assert.deepEqual(clock.sleeps, []);
  });
});
