import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CoreSlots, createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';

const never = new AbortController().signal;
const jobOf = (id: string, seconds = 1) => ({ id, owner: id, account: id, queuedAt: '', seconds });
/** Starts tasks that note their ids, and end when they are told to. */
function tasksIn(slots: CoreSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    run(id: string, seconds: number): Promise<void> {
      const work = async () => {
        begun.push(id);
        await new Promise<void>((resolve) => ends.set(id, resolve));
      };
      return slots.run(never, work, jobOf(id, seconds));
    },
    async end(id: string): Promise<void> {
      ends.get(id)?.();
      await new Promise(setImmediate);
    },
  };
}

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
  const slots = createCoreSlots(1, (jobs) => jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0]);
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  assert.ok(slots.isIdle && slots.hasRoom);
  const works = [slots.run(never, () => gate.promise, jobOf('z'))];
  assert.ok(!slots.isIdle && !slots.fits(jobOf('a', 60)));
  works.push(slots.run(never, async () => void begun.push('none')));
  for (const id of ['c', 'a', 'b']) works.push(slots.run(never, async () => void begun.push(id), jobOf(id)));
  gate.resolve();
  await Promise.all(works);
  assert.deepEqual(begun, ['a', 'b', 'c', 'none']);
  assert.ok(slots.isIdle && slots.hasRoom);
});

describe('while long films are in all slots', () => {
  async function setUp() {
    const slots = createCoreSlots(2);
    const tasks = tasksIn(slots);
    const works = [tasks.run('film 1', 60), tasks.run('film 2', 60)];
    await new Promise(setImmediate);
    assert.deepEqual(tasks.begun, ['film 1', 'film 2']);
    return { slots, works, ...tasks };
  }

  it('one clip begins at once in addition to them, and the next one when it is over', async () => {
    const { slots, works, begun, run, end } = await setUp();
    assert.ok(slots.hasRoom && slots.fits(jobOf('clip', 10)));
    works.push(run('clip 1', 10), run('clip 2', 1));
    await new Promise(setImmediate);
    assert.deepEqual(begun.slice(2), ['clip 1']);
    assert.ok(!slots.hasRoom);
    await end('clip 1');
    assert.deepEqual(begun.slice(2), ['clip 1', 'clip 2']);
    for (const id of begun) await end(id);
    await Promise.all(works);
    assert.ok(slots.isIdle);
    assert.equal(slots.tryAcquire(9).count, 2, 'every core is free again');
  });

  it('a third film waits for one of them, although a clip that came later has begun', async () => {
    const { works, begun, run, end } = await setUp();
    works.push(run('film 3', 11), run('clip', 1));
    await new Promise(setImmediate);
    assert.deepEqual(begun.slice(2), ['clip']);
    await end('clip');
    assert.deepEqual(begun.slice(2), ['clip']);
    await end('film 1');
    assert.deepEqual(begun.slice(2), ['clip', 'film 3']);
    for (const id of begun) await end(id);
    await Promise.all(works);
  });

  it('tells a clip that it runs in addition to all slots, and gives idle cores to nobody', async () => {
    const { slots, works, begun, end } = await setUp();
    const isExtra = Promise.withResolvers<boolean>();
    works.push(slots.run(never, async (extra) => isExtra.resolve(extra), jobOf('clip')));
    assert.equal(await isExtra.promise, true);
    assert.equal(slots.tryAcquire(1).count, 0);
    for (const id of begun) await end(id);
    await Promise.all(works);
  });

  it('a clip that takes long after all counts as long: no more than one task is ever in addition', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { works, begun, run, end } = await setUp();
    works.push(run('tiny file with hours of sound', 1), run('clip', 1));
    await new Promise(setImmediate);
    context.mock.timers.tick(60_000);
    await new Promise(setImmediate);
    assert.equal(begun.length, 3, 'three tasks run in two slots');
    await end('film 1');
    assert.deepEqual(begun.slice(3), ['clip']);
    for (const id of begun) await end(id);
    await Promise.all(works);
  });
});

it('a clip waits for other clips, in as many slots as there are cores', async () => {
  const { begun, run, end } = tasksIn(createCoreSlots(1));
  const works = [run('clip 1', 1), run('clip 2', 1)];
  await new Promise(setImmediate);
  assert.deepEqual(begun, ['clip 1']);
  await end('clip 1');
  await end('clip 2');
  await Promise.all(works);
});
