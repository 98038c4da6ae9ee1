import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { convertWhenIdle } from '../../../../services/converter/job/convert-when-idle.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually } from '../../../support/event-loop.ts';

function setUp(context: TestContext, convertWhileFree: (signal: AbortSignal) => Promise<void>) {
  const clock = stoppedClock(context);
  const stopping = new AbortController();
  const slots = { hasRoom: true };
  const state = { looks: 0, isReady: true };
  const ended = convertWhenIdle({
    slots,
    stoppingSignal: stopping.signal,
    log: pino({ level: 'silent' }),
    async requireReady() {
      if (!state.isReady) throw unavailable('what this service needs');
    },
    convertWhileFree(signal) {
      state.looks += 1;
      return convertWhileFree(signal);
    },
  });
  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds * 2; at++) {
      clock.advance(500);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    }
  };
  return { clock, stopping, slots, state, ended, pass };
}

describe('a converter with a free slot', () => {
  it('looks for jobs every few seconds, and goes on after an error', async (context) => {
    const { state, stopping, ended, pass } = setUp(context, () => Promise.reject(unavailable('the store')));
    await pass(2);
    assert.equal(state.looks, 0);
    await pass(98);
    assert.ok(state.looks >= 12 && state.looks <= 40, `${state.looks} looks in 100 seconds`);
    stopping.abort();
    await ended;
  });

  it('looks for nothing while it is not ready or has no free slot', async (context) => {
    const { state, slots, stopping, ended, pass } = setUp(context, async () => undefined);
    slots.hasRoom = false;
    await pass(30);
    slots.hasRoom = true;
    state.isReady = false;
    await pass(30);
    assert.equal(state.looks, 0);
    state.isReady = true;
    await pass(10);
    assert.ok(state.looks > 0);
    stopping.abort();
    await ended;
  });

  it('stops after what it has begun has ended', async (context) => {
    const work = Promise.withResolvers<void>();
    const { state, stopping, ended, pass } = setUp(context, () => work.promise);
    await pass(10);
    assert.ok(state.looks > 0);
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    stopping.abort();
    await pass(1);
    assert.equal(hasEnded, false);
    work.resolve();
    await eventually(() => hasEnded);
  });
});
