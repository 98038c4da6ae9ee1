import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { delay } from '../../../../services/shared/runtime/delay.ts';

describe('delay', () => {
  it('resolves after its time, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await delay(1, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('rejects with the reason when the signal is aborted during the delay', async () => {
    const off = new AbortController();
    const delayed = delay(60_000, off.signal);
    off.abort(new Error('called off'));
    await assert.rejects(delayed, { message: 'called off' });
  });

  it('rejects with the reason of a signal that is aborted already', async () => {
    await assert.rejects(delay(0, AbortSignal.abort(new Error('called off'))), { message: 'called off' });
  });
});
