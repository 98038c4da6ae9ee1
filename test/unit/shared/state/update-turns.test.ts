import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { inTurn } from '../../../../services/shared/state/update-turns.ts';
import { stoppedClock } from '../../../support/clock.ts';

describe('the updates of one key', () => {
  it('are done one after the other, in the order of their calls, and do not wait for those of another key', async () => {
    const state = createMemoryState();
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const one = inTurn(state, 'a', async () => {
      order.push('one begins');
      await first.promise;
      order.push('one ends');
    });
    const two = inTurn(state, 'a', async () => void order.push('two'));
    const three = inTurn(state, 'a', async () => void order.push('three'));
    await inTurn(state, 'b', async () => void order.push('another key'));
    await inTurn(createMemoryState(), 'a', async () => void order.push('another store'));
    first.resolve();
    await Promise.all([one, two, three]);
    assert.deepEqual(order, ['one begins', 'another key', 'another store', 'one ends', 'two', 'three']);
  });

  it('go ahead after a second where the one before them does not end', async (context) => {
    const clock = stoppedClock(context);
    const state = createMemoryState();
    const stuck = Promise.withResolvers<void>();
    const first = inTurn(state, 'a', () => stuck.promise);
    const others = [1, 2, 3].map((number) => inTurn(state, 'a', async () => number));
    assert.deepEqual(await clock.until(Promise.all(others)), [1, 2, 3]);
    const later = inTurn(state, 'a', async () => 'later');
    stuck.resolve();
    await first;
    assert.equal(await later, 'later');
  });

  it('go on after one that fails, and after one that is called off while it waits', async () => {
    const state = createMemoryState();
    const off = new AbortController();
    const failing = inTurn(state, 'a', () => Promise.reject(new Error('not this one')));
    const waiting = inTurn(state, 'a', () => assert.fail('this was called off'), off.signal);
    const last = inTurn(state, 'a', async () => 'last');
    off.abort(new Error('called off'));
    await assert.rejects(failing, /not this one/);
    await assert.rejects(waiting, /called off/);
    assert.equal(await last, 'last');
  });
});
