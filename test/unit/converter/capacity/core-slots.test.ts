import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSlots } from '../../../../services/converter/capacity/core-slots.ts';

const never = new AbortController().signal;

it('runs so many at a time, the others in order', async () => {
  const slots = createSlots(2);
  const started: number[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const works = gates.map((gate, index) =>
    slots.run(never, async () => {
      started.push(index);
      await gate.promise;
    }),
  );
  assert.deepEqual(started, [0, 1]);
  gates[1]?.resolve();
  await works[1];
  await new Promise(setImmediate);
  assert.deepEqual(started, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(works);
  assert.deepEqual(started, [0, 1, 2, 3]);
});

it('a work that fails frees its slot', async () => {
  const slots = createSlots(1);
  await assert.rejects(
    slots.run(never, () => Promise.reject(new Error('failed'))),
    /failed/,
  );
  assert.equal(await slots.run(never, async () => 'next'), 'next');
});

it('one that stops waiting takes no slot', async () => {
  const slots = createSlots(1);
  const gate = Promise.withResolvers<void>();
  const first = slots.run(never, () => gate.promise);
  const leaving = new AbortController();
  const second = slots.run(leaving.signal, async () => assert.fail('ran'));
  leaving.abort(new Error('left'));
  await assert.rejects(second, /left/);
  await assert.rejects(
    slots.run(leaving.signal, async () => assert.fail('ran')),
    /left/,
  );
  gate.resolve();
  await first;
  assert.equal(await slots.run(never, async () => 'third'), 'third');
});

it('lends what is free, and keeps nobody waiting for it', async () => {
  const slots = createSlots(3);
  const gate = Promise.withResolvers<void>();
  const works = [slots.run(never, () => gate.promise)];
  const loan = slots.lend(5);
  assert.equal(loan.count, 2);
  assert.equal(slots.lend(1).count, 0, 'all is lent');
  works.push(slots.run(never, () => gate.promise));
  const started = Promise.withResolvers<void>();
  works.push(slots.run(never, async () => started.resolve()));
  await started.promise;
  loan.giveBack();
  loan.giveBack();
  gate.resolve();
  await Promise.all(works);
  assert.equal(slots.lend(-1).count, 0);
  assert.equal(slots.lend(9).count, 3, 'all is back, once');
});
