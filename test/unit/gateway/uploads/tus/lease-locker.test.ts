import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERRORS, type Locker } from '@tus/server';
import { pino } from 'pino';
import { createLeaseLocker } from '../../../../../services/gateway/uploads/tus/lease-locker.ts';
import type { LeaseClock } from '../../../../../services/gateway/uploads/tus/stored-lease.ts';
import { unavailable } from '../../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../../services/shared/state/state-store.ts';
import { runEventLoop } from '../../../../support/event-loop.ts';
import { asOtherProcess } from '../../../../support/other-process.ts';

const TIMES = {
  leaseMs: 5_000,
  renewMs: 2_000,
  pollMs: 1_000,
  waitMs: 250,
  acquireMs: 20_000,
  ttlSeconds: 600,
};
const ID = '0b0f8f0e-6d0c-4f52-9d1c-2a35a62c6f11';
const never = new AbortController().signal;
const log = pino({ level: 'silent' });

/** The clock of one process. It stands still until the test moves it. */
function steppedClock(): LeaseClock & { pass(ms: number): Promise<void> } {
  let now = 0;
  const timers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    wait(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = { at: now + ms, wake: resolve };
      timers.add(timer);
      signal.addEventListener('abort', () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
      return promise.finally(() => timers.delete(timer));
    },
    async pass(ms) {
      for (const end = now + ms; now < end; ) {
        now += 50;
        for (const timer of timers) if (timer.at <= now) timer.wake();
        await runEventLoop(3);
      }
    },
  };
}

/** A gateway with a clock of its own. A gateway whose clock does not pass is stopped. */
function gateway(state: StateStore) {
  const clock = steppedClock();
  return { clock, locker: createLeaseLocker(asOtherProcess(state), log, TIMES, clock) };
}

/** A request that asks for the lock. */
function request(locker: Locker, signal: AbortSignal = never) {
  const lock = locker.newLock(ID);
  const asked = { isHeld: false, cancels: 0, error: undefined as unknown, unlock: () => lock.unlock() };
  lock
    .lock(signal, () => {
      asked.cancels++;
    })
    .then(
      () => {
        asked.isHeld = true;
      },
      (error: unknown) => {
        asked.error = error;
      },
    );
  return asked;
}

describe('the lock of an upload in one process', () => {
  it('is passed on as soon as its holder unlocks it, in the order of the requests', async () => {
    const state = createMemoryState();
    const { locker } = gateway(state);
    const [first, second, third] = [request(locker), request(locker), request(locker)];
    await runEventLoop();
    assert.deepEqual([first.isHeld, second.isHeld, third.isHeld], [true, false, false]);
    await first.unlock();
    await runEventLoop();
    assert.deepEqual([second.isHeld, third.isHeld], [true, false]);
    await second.unlock();
    await runEventLoop();
    assert.equal(third.isHeld, true);
    await third.unlock();
    assert.deepEqual(state.keys(), []);
  });

  it('asks its holder at once, and once, to let go', async () => {
    const { locker } = gateway(createMemoryState());
    const first = request(locker);
    await runEventLoop();
    assert.equal(first.cancels, 0);
    request(locker);
    request(locker);
    await runEventLoop();
    assert.equal(first.cancels, 1);
  });

  it('is not given to a request whose signal is aborted, and then to the next one', async () => {
    const { locker } = gateway(createMemoryState());
    const first = request(locker);
    const off = new AbortController();
    const second = request(locker, off.signal);
    const third = request(locker);
    await runEventLoop();
    off.abort(new Error('the client left'));
    await runEventLoop();
    assert.equal(second.error, ERRORS.ERR_LOCK_TIMEOUT);
    await first.unlock();
    await runEventLoop();
    assert.equal(third.isHeld, true);
  });

  it('cannot be unlocked by a request that does not hold it', async () => {
    const { locker } = gateway(createMemoryState());
    await assert.rejects(locker.newLock(ID).unlock(), { message: 'this request does not hold the lock' });
  });
});

describe('the lock of an upload between two gateways', () => {
  function two() {
    const state = createMemoryState();
    const [a, b] = [gateway(state), gateway(state)];
    const pass = (ms: number) => Promise.all([a.clock.pass(ms), b.clock.pass(ms)]);
    return { state, a, b, pass };
  }

  it('asks its holder within a poll to let go, and is passed on when it is unlocked', async () => {
    const { state, a, b, pass } = two();
    const holder = request(a.locker);
    await runEventLoop();
    const next = request(b.locker);
    await pass(TIMES.pollMs + 100);
    assert.deepEqual([holder.cancels, next.isHeld], [1, false]);
    await holder.unlock();
    await pass(TIMES.waitMs);
    assert.deepEqual([next.isHeld, next.cancels], [true, 0]);
    await next.unlock();
    assert.deepEqual(state.keys(), []);
  });

  it('stays with a holder that is alive, and the other request gives up', async () => {
    const { a, b, pass } = two();
    const holder = request(a.locker);
    await runEventLoop();
    const next = request(b.locker);
    await pass(TIMES.acquireMs - 100);
    assert.deepEqual([next.isHeld, next.error], [false, undefined]);
    await pass(200);
    assert.deepEqual([holder.isHeld, next.isHeld, next.error], [true, false, ERRORS.ERR_LOCK_TIMEOUT]);
  });

  it('is taken over when its holder has died, once the lease is over', async () => {
    const { a, b } = two();
    request(a.locker);
    await runEventLoop();
    const next = request(b.locker);
    await b.clock.pass(TIMES.leaseMs - 100);
    assert.equal(next.isHeld, false);
    await b.clock.pass(TIMES.waitMs + 400);
    assert.equal(next.isHeld, true);
  });

  it('is taken over by one of many, and each of them gets it in turn', async () => {
    const { state, a } = two();
    request(a.locker);
    await runEventLoop();
    const others = Array.from({ length: 5 }, () => gateway(state));
    let waiting = others.map(({ locker }) => request(locker));
    for (let turns = 0; waiting.length > 0; turns++) {
      assert.ok(turns < 1_000, `${waiting.length} requests still wait`);
      await Promise.all(others.map(({ clock }) => clock.pass(50)));
      const held = waiting.filter(({ isHeld }) => isHeld);
      assert.ok(held.length <= 1, 'two requests hold one lock');
      await Promise.all(held.map(({ unlock }) => unlock()));
      waiting = waiting.filter(({ isHeld }) => !isHeld);
    }
    assert.deepEqual(state.keys(), []);
  });

  it('is lost to a holder that was stopped, which then lets go and leaves the lock of its successor alone', async () => {
    const { state, a, b, pass } = two();
    const stopped = request(a.locker);
    await runEventLoop();
    const next = request(b.locker);
    await b.clock.pass(TIMES.leaseMs + 500);
    assert.deepEqual([stopped.cancels, next.isHeld], [0, true]);
    await pass(TIMES.pollMs);
    assert.equal(stopped.cancels, 1);
    await stopped.unlock();
    assert.equal(state.keys().length, 1);
    await next.unlock();
    assert.deepEqual(state.keys(), []);
  });

  it('is not deleted by a holder that was stopped and unlocks it as soon as it goes on', async () => {
    const { state, a, b } = two();
    const stopped = request(a.locker);
    await runEventLoop();
    const next = request(b.locker);
    await b.clock.pass(TIMES.leaseMs + 500);
    await stopped.unlock();
    assert.deepEqual([next.isHeld, state.keys().length], [true, 1]);
  });
});

describe('the lock of an upload in a store that does not answer', () => {
  function broken() {
    const memory = createMemoryState();
    const store = { isDown: false };
    const answer = <T>(operate: () => Promise<T>): Promise<T> =>
      store.isDown ? Promise.reject(unavailable('the store')) : operate();
    const state: StateStore = {
      ...memory,
      get: (...args) => answer(() => memory.get(...args)),
      put: (...args) => answer(() => memory.put(...args)),
      delete: (...args) => answer(() => memory.delete(...args)),
    };
    return { store, ...gateway(state) };
  }

  it('is let go when its lease may be over, and unlocked without an error', async () => {
    const { store, locker, clock } = broken();
    const holder = request(locker);
    await runEventLoop();
    store.isDown = true;
    await clock.pass(TIMES.leaseMs - TIMES.pollMs);
    assert.equal(holder.cancels, 0);
    await clock.pass(2 * TIMES.pollMs);
    assert.equal(holder.cancels, 1);
    await holder.unlock();
  });

  it('is kept over a short outage', async () => {
    const { store, locker, clock } = broken();
    const holder = request(locker);
    await runEventLoop();
    store.isDown = true;
    await clock.pass(TIMES.leaseMs / 2);
    store.isDown = false;
    await clock.pass(2 * TIMES.leaseMs);
    assert.equal(holder.cancels, 0);
  });

  it('is refused with the error of the store, and the next request in this process gets its turn', async () => {
    const { store, locker } = broken();
    store.isDown = true;
    const [refused, next] = [request(locker), request(locker)];
    await Promise.resolve();
    store.isDown = false;
    await runEventLoop();
    assert.equal((refused.error as { code: string }).code, 'unavailable');
    assert.equal(next.isHeld, true);
  });
});
