import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { retryWhileUnavailable } from '../../../../services/shared/runtime/retry.ts';

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

describe('what must not be lost to an outage', () => {
  test('is done again until it is done', async () => {
    const { act, calls } = failing(3);
    assert.equal(await retryWhileUnavailable(act, patient), 'done');
    assert.equal(calls.count, 4);
  });

  for (const [what, options, error, count] of [
    ['its time is up', { forMs: 0 }, () => unavailable('the store'), 1],
    ['it can never be done', patient, () => new Error('wrong'), 1],
    [
      'nobody wants it any more',
      { ...patient, signal: AbortSignal.abort() },
      () => unavailable('the store'),
      1,
    ],
  ] as const) {
    test(`is given up when ${what}`, async () => {
      const { act, calls } = failing(10, error);
      await assert.rejects(retryWhileUnavailable(act, options));
      assert.equal(calls.count, count);
    });
  }

  test('is tried no more when it is called off during a pause', async () => {
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
