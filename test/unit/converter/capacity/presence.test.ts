import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { showUntilStopped } from '../../../../services/converter/capacity/presence.ts';
import { readPresences } from '../../../../services/shared/contract/converter-presence.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { encodeDocument } from '../../../../services/shared/state/state-store.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

const SPEEDS = { seconds_per_mib: null, sound_speed: 80, sound_speed_normalized: null };

function setUp(context: TestContext) {
  const clock = stoppedClock(context);
  const state = createMemoryState();
  let time = 0;
  const start = (concurrency = 2) => {
    const stopping = new AbortController();
    const shown = showUntilStopped({
      ...{ state, stoppingSignal: stopping.signal, log: pino({ level: 'silent' }), now: () => time },
      describe: () => ({ concurrency, ...SPEEDS }),
    });
    context.after(() => stopping.abort());
    return {
      stop: async () => {
        stopping.abort();
        await shown;
      },
    };
  };
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      time += 1_000;
      clock.advance(1_000);
      await runEventLoop(10);
    }
  };
  const entries = async () => [...(await readPresences(state)).values()];
  return { state, start, pass, entries };
}

describe('showUntilStopped', () => {
  it('writes an entry at once, and a beat every five seconds', async (context) => {
    const { start, pass, entries } = setUp(context);
    start();
    await pass(0);
    await runEventLoop(10);
    assert.deepEqual(await entries(), [{ beat: 1, concurrency: 2, ...SPEEDS }]);
    await pass(25);
    assert.deepEqual(
      (await entries()).map(({ beat }) => beat),
      [6],
    );
  });

  it('keeps what a converter of a newer release shows besides, and reads one of the previous release', async (context) => {
    const { start, pass, entries, state } = setUp(context);
    const previous = { beat: 1, concurrency: 3, ...SPEEDS };
    const newer = { ...previous, concurrency: 4, conversions: [], mood: 'good' };
    await state.put('converters', encodeDocument({ revision: 'x', document: { previous, newer } }));
    start();
    await pass(6);
    assert.deepEqual((await entries()).map(({ concurrency }) => concurrency).sort(), [2, 3, 4]);
    assert.match((await state.get('converters'))?.value ?? '', /"mood":"good"/);
  });

  it('keeps the entries of other converters, and removes its own when it stops', async (context) => {
    const { start, pass, entries } = setUp(context);
    const [first] = [start(1), start(3), start(5)];
    await pass(6);
    assert.deepEqual((await entries()).map(({ concurrency }) => concurrency).sort(), [1, 3, 5]);
    await first?.stop();
    assert.deepEqual((await entries()).map(({ concurrency }) => concurrency).sort(), [3, 5]);
  });

  it('removes the entry of a converter that was killed', async (context) => {
    const { start, pass, entries, state } = setUp(context);
    const dead = { beat: 7, concurrency: 9, ...SPEEDS };
    await state.put('converters', encodeDocument({ revision: 'x', document: { killed: dead } }));
    start();
    await pass(20);
    assert.deepEqual((await entries()).map(({ concurrency }) => concurrency).sort(), [2, 9]);
    await pass(20);
    assert.deepEqual(
      (await entries()).map(({ concurrency }) => concurrency),
      [2],
    );
  });

  it('keeps entries of a form that a newer release may write, and does not count them', async (context) => {
    const { start, pass, entries, state } = setUp(context);
    const document = { newer: { pulse: '1' }, wrong: 'text' };
    await state.put('converters', encodeDocument({ revision: 'x', document }));
    start();
    await pass(6);
    assert.equal((await entries()).length, 1);
    assert.match((await state.get('converters'))?.value ?? '', /"pulse"/);
  });

  it('goes on after the store was unavailable, and stops without it', async (context) => {
    const { start, pass, entries, state } = setUp(context);
    const { stop } = start();
    await pass(6);
    const put = context.mock.method(state, 'put', async () => Promise.reject(unavailable('the store')));
    await pass(20);
    put.mock.restore();
    await pass(6);
    assert.ok((await entries()).some(({ beat }) => beat >= 6));
    context.mock.method(state, 'get', async () => Promise.reject(unavailable('the store')));
    await stop();
  });
});
