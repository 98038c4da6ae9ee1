import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimiter } from '../../../services/auth/limiter.ts';

const turn = () => new Promise(setImmediate);
const full = new Error('full');

test('runs no more than `parallel` at once, in order, also those that come while others wait', async () => {
  const limited = createLimiter({ parallel: 2, queue: 100, onFull: () => full });
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const job = (i: number) =>
    limited(async () => {
      order.push(i);
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    });
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  const jobs: Array<Promise<void>> = [];
  for (const i of numbers) {
    jobs.push(job(i));
    if (i % 4 === 3) await turn();
  }
  await Promise.all(jobs);
  assert.equal(most, 2);
  assert.deepEqual(order, numbers);
});

test('refuses what does not fit in the queue, and takes work again when it has room', async () => {
  const limited = createLimiter({ parallel: 1, queue: 1, onFull: () => full });
  const gate = Promise.withResolvers<void>();
  const running = limited(() => gate.promise);
  const waiting = limited(async () => 'waited');
  await assert.rejects(
    limited(async () => 'never'),
    full,
  );
  gate.resolve();
  await running;
  assert.equal(await waiting, 'waited');
  assert.equal(await limited(async () => 'again'), 'again');
});

test('work that fails gives its place back', async () => {
  const limited = createLimiter({ parallel: 1, queue: 0, onFull: () => full });
  const fault = new Error('fault');
  for (let i = 0; i < 3; i++)
    await assert.rejects(
      limited(() => Promise.reject(fault)),
      fault,
    );
  assert.equal(await limited(async () => 'fine'), 'fine');
});
