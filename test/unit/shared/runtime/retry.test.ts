import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { type RetryPolicy, retry, retryWhileUnavailable } from '../../../../services/shared/runtime/retry.ts';

/** Fails so many times, then succeeds. */
function failing(times: number, error: () => unknown = () => unavailable('the store')) {
  const calls = { count: 0 };
  const act = async () => {
    if (++calls.count <= times) throw error();
    return 'done';
  };
  return { calls, act };
}
const patient = { forMs: 60_000, pauseMs: 1 };

describe('retryWhileUnavailable', () => {
  it('repeats the call until it succeeds', async () => {
    const { act, calls } = failing(3);
    assert.equal(await retryWhileUnavailable(act, patient), 'done');
    assert.equal(calls.count, 4);
  });

  const CASES: { when: string; policy: RetryPolicy; error?: () => Error }[] = [
    { when: 'the time is up', policy: { forMs: 0 } },
    { when: 'only one attempt is allowed', policy: { maxAttempts: 1 } },
    { when: 'the error is of another kind', policy: patient, error: () => new Error('wrong') },
    { when: 'the signal is aborted', policy: { ...patient, signal: AbortSignal.abort() } },
  ];
  for (const { when, policy, error } of CASES) {
    it(`does not repeat the call when ${when}`, async () => {
      const { act, calls } = failing(10, error);
      await assert.rejects(retryWhileUnavailable(act, policy));
      assert.equal(calls.count, 1);
    });
  }

  it('ends with one more call, and with its error, when the signal is aborted during a pause', async () => {
    const off = new AbortController();
    const { act, calls } = failing(10, () => {
      if (calls.count === 2) setImmediate(() => off.abort());
      return unavailable('the store');
    });
    await assert.rejects(retryWhileUnavailable(act, { forMs: 1e9, pauseMs: 20, signal: off.signal }), {
      code: 'unavailable',
    });
    assert.ok(calls.count <= 3);
  });
});

describe('retry', () => {
  const isRetryable = () => true;

  it('throws the last error after the number of attempts', async () => {
    const { act, calls } = failing(10, () => new Error(`no. ${calls.count}`));
    await assert.rejects(retry(act, { maxAttempts: 3, pauseMs: 1, isRetryable }), { message: 'no. 3' });
  });

  const pausesOf = async (policy: RetryPolicy) => {
    const pauses: number[] = [];
    const { act } = failing(4);
    const onRetry = (_error: unknown, pauseMs: number) => void pauses.push(pauseMs);
    await retry(act, { ...policy, isRetryable, onRetry });
    return pauses;
  };

  it('keeps the length of the pauses by default', async () => {
    assert.deepEqual(await pausesOf({ pauseMs: 1 }), [1, 1, 1, 1]);
  });

  it('doubles the pauses up to the longest one', async () => {
    assert.deepEqual(await pausesOf({ pauseMs: 1, maxPauseMs: 5 }), [1, 2, 4, 5]);
  });

  it('spreads the pauses at random between half and one and a half of their length', async () => {
    const pauses = await pausesOf({ pauseMs: 4, hasJitter: true });
    for (const pause of pauses) assert.ok(pause >= 2 && pause <= 6, String(pause));
    assert.ok(new Set(pauses).size > 1);
  });
});
