import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retry } from '../../support/retry.ts';

describe('retry(attempt, options)', () => {
  it('repeats an attempt until its result is final', async () => {
    let attempts = 0;
    const result = await retry(async () => ++attempts, {
      pauseAfter: (count) => (count < 3 ? 0 : undefined),
    });
    assert.equal(result, 3);
  });

  it('tells when the time is over', async () => {
    const lateness: boolean[] = [];
    await retry(async () => 'no', {
      timeoutMs: -1,
      pauseAfter(_, isLate) {
        lateness.push(isLate);
        return undefined;
      },
    });
    assert.deepEqual(lateness, [true]);
  });

  it('ends with the error of an attempt', async () => {
    const attempt = () => Promise.reject(new Error('no connection'));
    await assert.rejects(retry(attempt, { pauseAfter: () => 0 }), /^Error: no connection$/);
  });

  it('ends when its signal is aborted during a pause', async () => {
    const signal = AbortSignal.timeout(1);
    await assert.rejects(
      retry(async () => 'no', { pauseAfter: () => 60_000, signal }),
      { name: 'AbortError' },
    );
  });
});
