import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { createSemaphore } from '../../../../services/shared/runtime/semaphore.ts';
import { turns } from '../../../support/event-loop.ts';

const overfull = new Error('overfull');
const full = () => overfull;

describe('semaphore.run', () => {
  test('does no more than `count` works at once, in order, also those that come while others wait', async () => {
    const semaphore = createSemaphore(2);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = (number: number) => async () => {
      order.push(number);
      most = Math.max(most, ++running);
      await turns(1);
      running -= 1;
    };
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const works: Promise<void>[] = [];
    for (const number of numbers) {
      works.push(semaphore.run(work(number)));
      if (number % 4 === 3) await turns(1);
    }
    await Promise.all(works);
    assert.equal(most, 2);
    assert.deepEqual(order, numbers);
  });

  test('gives the place back when the work fails', async () => {
    const semaphore = createSemaphore(1, { maxWaiting: 0, full });
    const fault = new Error('fault');
    for (let count = 0; count < 3; count++)
      await assert.rejects(
        semaphore.run(() => Promise.reject(fault)),
        fault,
      );
    assert.equal(await semaphore.run(async () => 'fine'), 'fine');
  });

  test('does not begin the work of a caller who gave up while waiting', async () => {
    const semaphore = createSemaphore(1);
    const gone = new AbortController();
    await semaphore.acquire();
    let begun = false;
    const waiting = semaphore.run(async () => {
      begun = true;
    }, gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    semaphore.release();
    assert.equal(await semaphore.run(async () => 'next'), 'next');
    assert.equal(begun, false);
  });
});

describe('a semaphore with a bound on the waiting', () => {
  test('refuses at once whoever comes past the bound, and lets others wait again when there is room', async () => {
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

  test('counts nobody who has given up', async () => {
    const semaphore = createSemaphore(1, { maxWaiting: 1, full });
    const gone = new AbortController();
    await semaphore.acquire();
    const first = semaphore.acquire(gone.signal);
    await assert.rejects(semaphore.acquire(), overfull);
    gone.abort(new Error('gone'));
    await assert.rejects(first, /gone/);
    const second = semaphore.acquire();
    semaphore.release();
    await second;
  });
});

describe('semaphore.tryAcquire', () => {
  it('takes as many permits as are free, and never more than it was asked for', async () => {
    const semaphore = createSemaphore(4);
    await semaphore.acquire();
    assert.equal(semaphore.tryAcquire(2), 2);
    assert.equal(semaphore.permits, 1);
    assert.equal(semaphore.tryAcquire(2), 1);
    assert.equal(semaphore.tryAcquire(2), 0);
    semaphore.release(3);
    assert.equal(semaphore.permits, 3);
  });

  it('takes nothing where it is asked for no permit or for less', () => {
    const semaphore = createSemaphore(1);
    assert.equal(semaphore.tryAcquire(0), 0);
    assert.equal(semaphore.tryAcquire(-1), 0);
    assert.equal(semaphore.permits, 1);
  });

  it('gives released permits to those who wait, in the order of their calls', async () => {
    const semaphore = createSemaphore(3);
    assert.equal(semaphore.tryAcquire(3), 3);
    const order: number[] = [];
    const waiting = [1, 2].map((number) => semaphore.acquire().then(() => order.push(number)));
    semaphore.release(3);
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2]);
    assert.equal(semaphore.permits, 1);
  });
});
