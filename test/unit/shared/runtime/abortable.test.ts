import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abortable } from '../../../../services/shared/runtime/abortable.ts';

const reason = new Error('the client went away');
const failure = new Error('the source failed');

describe('abortable', () => {
  it('resolves and rejects as the work does', async () => {
    const { signal } = new AbortController();
    assert.equal(await abortable(Promise.resolve('done'), signal), 'done');
    await assert.rejects(abortable(Promise.reject(failure), signal), failure);
  });

  it('rejects with the reason when the signal is aborted during the work', async () => {
    const stop = new AbortController();
    const result = abortable(new Promise(() => undefined), stop.signal);
    stop.abort(reason);
    await assert.rejects(result, reason);
  });

  it('rejects with the reason of a signal that is aborted already', async () => {
    await assert.rejects(abortable(Promise.resolve('done'), AbortSignal.abort(reason)), reason);
  });

  // A rejection that nobody handles would end the process, and node:test reports it as a failure.
  it('handles the failure of work that it does not wait for', async () => {
    await assert.rejects(abortable(Promise.reject(failure), AbortSignal.abort(reason)), reason);
    await new Promise(setImmediate);
  });
});
