import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Claimant, createFairSemaphore } from '../../../../services/shared/runtime/fair-semaphore.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

const claimant = (key: string, more: Partial<Claimant> = {}): Claimant => ({
  key,
  rank: 0,
  leaves: 0,
  ...more,
});

/** A semaphore, and callers that hold their permits until they are told to end. */
function setUp({ permits = 1, maxWaiting = 10 } = {}) {
  const semaphore = createFairSemaphore({
    ...{ permits, maxWaiting, maxWaitMs: 1_000 },
    full: () => new Error('full'),
  });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const call = (name: string, caller: Claimant, signal?: AbortSignal) => {
    const work = async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
    };
    const settled = semaphore.run(caller, work, signal);
    settled.catch(() => undefined);
    return settled;
  };
  /** Ends the calls that run, one after the other, until nobody waits any more. */
  const finish = async () => {
    await runEventLoop(1);
    for (let end = ends.shift(); end; end = ends.shift()) {
      end();
      await runEventLoop(1);
    }
    return begun;
  };
  return { semaphore, call, finish, begun, ends };
}

describe('createFairSemaphore', () => {
  it('lets keys take turns, however many callers of one key wait', async () => {
    const { call, finish } = setUp();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2']) void call(name, claimant(String(name[0])));
    assert.deepEqual(await finish(), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('serves a lower rank first', async () => {
    const { call, finish } = setUp();
    for (const [name, rank] of [
      ['a', 5],
      ['b', 5],
      ['c', 1],
      ['d', 0],
    ] as const)
      void call(name, claimant(name, { rank }));
    assert.deepEqual(await finish(), ['a', 'd', 'c', 'b']);
  });

  it('gives a caller no permit that it has to leave to others', async () => {
    const { call, finish, begun } = setUp({ permits: 3 });
    for (const name of ['a1', 'a2', 'a3']) void call(name, claimant('a', { leaves: 1 }));
    await runEventLoop(1);
    assert.deepEqual(begun, ['a1', 'a2']);
    void call('owner', claimant('b', { leaves: 0 }));
    await runEventLoop(1);
    assert.deepEqual(begun, ['a1', 'a2', 'owner']);
    assert.deepEqual(await finish(), ['a1', 'a2', 'owner', 'a3']);
  });

  it('gives any free permit to a caller that leaves none', async () => {
    const { call, begun } = setUp({ permits: 2 });
    for (const name of ['one', 'two']) void call(name, claimant(name, { leaves: 0 }));
    await runEventLoop(1);
    assert.deepEqual(begun, ['one', 'two']);
  });

  it('takes the place of the newest caller of the key with the most that wait, when the queue is full', async () => {
    const { call, finish } = setUp({ maxWaiting: 3 });
    void call('a1', claimant('a'));
    const [, , last] = ['a2', 'a3', 'a4'].map((name) => call(name, claimant('a')));
    void call('b1', claimant('b'));
    await assert.rejects(last ?? Promise.resolve(), /full/);
    assert.deepEqual(await finish(), ['a1', 'b1', 'a2', 'a3']);
  });

  it('takes the place of a caller with a higher rank, when the queue is full', async () => {
    const { call, finish } = setUp({ maxWaiting: 2 });
    void call('a', claimant('a'));
    const flooding = call('b', claimant('b', { rank: 7 }));
    void call('c', claimant('c'));
    void call('d', claimant('d'));
    await assert.rejects(flooding, /full/);
    assert.deepEqual(await finish(), ['a', 'c', 'd']);
  });

  for (const [title, newcomer] of [
    ['of the key that has the most callers', claimant('a')],
    ['with a higher rank', claimant('b', { rank: 1 })],
  ] as const) {
    it(`refuses a newcomer ${title}, when the queue is full`, async () => {
      const { call, finish } = setUp({ maxWaiting: 2 });
      for (const name of ['a1', 'a2', 'a3']) void call(name, claimant('a'));
      await assert.rejects(call('new', newcomer), /full/);
      assert.deepEqual(await finish(), ['a1', 'a2', 'a3']);
    });
  }

  it('ends the wait when the signal is aborted, and after the longest wait', async (context) => {
    const clock = stoppedClock(context);
    const { call, finish } = setUp();
    void call('a', claimant('a'));
    const caller = new AbortController();
    const aborted = call('b', claimant('b'), caller.signal);
    const late = call('c', claimant('c'));
    caller.abort(new Error('gone away'));
    await assert.rejects(aborted, /gone away/);
    clock.advance(1_000);
    await assert.rejects(late, /full/);
    assert.deepEqual(await finish(), ['a']);
  });

  it('releases the permit of work that fails', async () => {
    const { semaphore } = setUp();
    await assert.rejects(
      semaphore.run(claimant('a'), () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await semaphore.run(claimant('b'), async () => 'done'), 'done');
  });
});
