import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { whileMoving } from '../../../../services/converter/early/while-moving.ts';

const STALL_MS = 1_000;

describe('whileMoving', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  function begin() {
    const { promise, resolve } = Promise.withResolvers<string>();
    const stopping = new AbortController();
    let position = 0;
    const waiting = whileMoving(promise, () => position, { stallMs: STALL_MS, signal: stopping.signal });
    return {
      ...{ waiting, resolve, stopping },
      move: () => {
        position += 1;
      },
    };
  }

  it('waits for work that moves, however long it takes', async () => {
    const { waiting, resolve, move } = begin();
    for (let look = 0; look < 100; look++) {
      move();
      mock.timers.tick(STALL_MS - 100);
    }
    resolve('done');
    assert.equal(await waiting, 'done');
  });

  it('waits no more for work that stands still', async () => {
    const { waiting, move } = begin();
    mock.timers.tick(STALL_MS - 100);
    move();
    mock.timers.tick(STALL_MS + 100);
    await assert.rejects(waiting, /nothing has moved for 1000 ms/);
  });

  it('ends with the signal', async () => {
    const { waiting, stopping } = begin();
    const reason = new Error('stopped');
    stopping.abort(reason);
    await assert.rejects(waiting, reason);
  });
});
