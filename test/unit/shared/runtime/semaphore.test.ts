import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSemaphore } from '../../../../services/shared/runtime/semaphore.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

const overfull = new Error('overfull');
const full = () => overfull;

describe('semaphore.run', () => {
  it('runs at most `count` works at a time, in the order of the calls', async () => {
    const semaphore = createSemaphore(2);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = (number: number) => async () => {
      order.push(number);
      most = Math.max(most, ++running);
      await runEventLoop(1);
      running -= 1;
    };
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const works: Promise<void>[] = [];
    for (const number of numbers) {
      works.push(semaphore.run(work(number)));
      if (number % 4 === 3) await runEventLoop(1);
    }
    await Promise.all(works);
    assert.equal(most, 2);
    assert.deepEqual(order, numbers);
  });

  it('releases its permit when the work fails', async () => {
    const semaphore = createSemaphore(1, { maxWaiting: 0, full });
    const fault = new Error('fault');
    for (let count = 0; count < 3; count++)
      await assert.rejects(
        semaphore.run(() => Promise.reject(fault)),
        fault,
      );
    assert.equal(await semaphore.run(async () => 'fine'), 'fine');
  });

  it('does not begin the work of a caller who was aborted while waiting', async () => {
    const semaphore = createSemaphore(1);
    const off = new AbortController();
    await semaphore.acquire();
    let begun = false;
    const waiting = semaphore.run(async () => {
      begun = true;
    }, off.signal);
    off.abort(new Error('aborted'));
    await assert.rejects(waiting, /aborted/);
    semaphore.release();
    assert.equal(await semaphore.run(async () => 'next'), 'next');
    assert.equal(begun, false);
  });
});

describe('a semaphore with a bounded queue', () => {
  it('rejects a caller at once while the queue is full, and accepts callers again afterwards', async () => {
    const semaphore = createSemaphore(1, { maxWaiting: 1, full });
    const gate = Promise.withResolvers<void>();
    const running = semaphore.run(() => gate.promise);
    const waiting = semaphore.run(async () => 'waited');
    await assert.rejects(
      semaphore.run(async () => 'never'),
      overfull,
    );
    gate.resolve();
    await running;
    assert.equal(await waiting, 'waited');
    assert.equal(await semaphore.run(async () => 'again'), 'again');
  });

  it('does not count a caller who was aborted while waiting', async () => {
    const semaphore = createSemaphore(1, { maxWaiting: 1, full });
    const off = new AbortController();
    await semaphore.acquire();
    const first = semaphore.acquire(off.signal);
    await assert.rejects(semaphore.acquire(), overfull);
    off.abort(new Error('aborted'));
    await assert.rejects(first, /aborted/);
    const second = semaphore.acquire();
    semaphore.release();
    await second;
  });
});

describe('semaphore.permits', () => {
  it('counts the permits that nobody holds', async () => {
    const semaphore = createSemaphore(2);
    assert.equal(semaphore.permits, 2);
    await semaphore.acquire();
    await semaphore.acquire();
    const waiting = semaphore.acquire();
    assert.equal(semaphore.permits, 0);
    semaphore.release();
    await waiting;
    assert.equal(semaphore.permits, 0);
    semaphore.release();
    assert.equal(semaphore.permits, 1);
  });
});

describe('semaphore.acquire', () => {
  it('gives permits in the order of the calls', async () => {
    const semaphore = createSemaphore(1);
    const order: number[] = [];
    const enter = async (number: number) => {
      await semaphore.acquire(new AbortController().signal);
      order.push(number);
    };
    const all = [1, 2, 3].map(enter);
    await runEventLoop(2);
    assert.deepEqual(order, [1]);
    semaphore.release();
    semaphore.release();
    await Promise.all(all);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('skips a caller who was aborted while waiting', async () => {
    const semaphore = createSemaphore(1);
    const patient = new AbortController();
    const impatient = new AbortController();
    await semaphore.acquire(patient.signal);
    const first = semaphore.acquire(impatient.signal);
    const second = semaphore.acquire(patient.signal);
    impatient.abort(new Error('aborted'));
    await assert.rejects(first, /aborted/);
    await assert.rejects(semaphore.acquire(impatient.signal), /aborted/);
    semaphore.release();
    await second;
  });
});
