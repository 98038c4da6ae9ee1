import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';

const never = new AbortController().signal;

it('run runs as many tasks at a time as there are cores, and the others in the order of their calls', async () => {
  const slots = createCoreSlots(2);
  const started: number[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const works = gates.map((gate, index) =>
    slots.run(never, async () => {
      started.push(index);
      await gate.promise;
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual(started, [0, 1]);
  gates[1]?.resolve();
  await works[1];
  await new Promise(setImmediate);
  assert.deepEqual(started, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(works);
  assert.deepEqual(started, [0, 1, 2, 3]);
});

it('run frees the slot of a task that fails', async () => {
  const slots = createCoreSlots(1);
  await assert.rejects(
    slots.run(never, () => Promise.reject(new Error('failed'))),
    /failed/,
  );
  assert.equal(await slots.run(never, async () => 'next'), 'next');
});

it('run gives no slot to a task that is aborted while it waits', async () => {
  const slots = createCoreSlots(1);
  const gate = Promise.withResolvers<void>();
  const first = slots.run(never, () => gate.promise);
  const aborted = new AbortController();
  const second = slots.run(aborted.signal, async () => assert.fail('ran'));
  aborted.abort(new Error('aborted'));
  await assert.rejects(second, /aborted/);
  await assert.rejects(
    slots.run(aborted.signal, async () => assert.fail('ran')),
    /aborted/,
  );
  gate.resolve();
  await first;
  assert.equal(await slots.run(never, async () => 'third'), 'third');
});

it('tryAcquire takes idle cores, and lets no task wait for them', async () => {
  const slots = createCoreSlots(3);
  const gate = Promise.withResolvers<void>();
  const works = [slots.run(never, () => gate.promise)];
  const permits = slots.tryAcquire(5);
  assert.equal(permits.count, 2);
  assert.equal(slots.tryAcquire(1).count, 0, 'all idle cores are taken');
  works.push(slots.run(never, () => gate.promise));
  const started = Promise.withResolvers<void>();
  works.push(slots.run(never, async () => started.resolve()));
  await started.promise;
  permits.release();
  permits.release();
  gate.resolve();
  await Promise.all(works);
  assert.equal(slots.tryAcquire(-1).count, 0);
  assert.equal(slots.tryAcquire(9).count, 3, 'all cores are idle again, and counted once');
});

it('run begins the waiting task that is chosen, and one without a job where nothing is chosen', async () => {
  const jobOf = (id: string) => ({ id, owner: id, account: id, queuedAt: '', seconds: 1 });
  const slots = createCoreSlots(1, (jobs) => jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0]);
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  assert.ok(slots.isIdle && slots.isFree);
  const works = [slots.run(never, () => gate.promise)];
  assert.ok(!slots.isIdle && !slots.isFree);
  works.push(slots.run(never, async () => void begun.push('none')));
  for (const id of ['c', 'a', 'b']) works.push(slots.run(never, async () => void begun.push(id), jobOf(id)));
  gate.resolve();
  await Promise.all(works);
  assert.deepEqual(begun, ['a', 'b', 'c', 'none']);
  assert.ok(slots.isIdle && slots.isFree);
});
