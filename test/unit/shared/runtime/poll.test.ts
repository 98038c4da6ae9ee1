import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { poll } from '../../../../services/shared/runtime/poll.ts';

/** Returns undefined in the first calls, then `value`. */
function afterCalls<T>(calls: number, value: T): () => T | undefined {
  return () => (calls-- > 0 ? undefined : value);
}

describe('poll', () => {
  it('returns the first result that is not undefined', async () => {
    assert.equal(await poll(afterCalls(2, false), { intervalMs: 1 }), false);
  });

  it('returns undefined when the time is over', async () => {
    assert.equal(await poll(() => undefined, { intervalMs: 1, timeoutMs: 5 }), undefined);
  });

  it('makes one attempt when there is no time at all', async () => {
    assert.equal(await poll(afterCalls(0, 'done'), { intervalMs: 1, timeoutMs: 0 }), 'done');
  });

  it('passes an error of the attempt on', async () => {
    const fail = () => Promise.reject(new Error('broken'));
    await assert.rejects(poll(fail, { intervalMs: 1 }), /broken/);
  });

  it('makes no attempt after its signal was aborted', async () => {
    const attempt = () => assert.fail('attempted');
    const signal = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(poll(attempt, { intervalMs: 1, signal }), /stopped/);
  });

  it('ends its pause when its signal is aborted', async () => {
    const stop = new AbortController();
    const polling = poll(() => undefined, { intervalMs: 60_000, signal: stop.signal });
    stop.abort();
    await assert.rejects(polling, { name: 'AbortError' });
  });
});
