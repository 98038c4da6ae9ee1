import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFairQueue } from '../../../../services/gateway/sweep/fair-queue.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { logLines } from '../../../support/log-lines.ts';

const named = (...ids: string[]) => ids.map((id) => ({ id }));
const names = (items: readonly { id: string }[]) => items.map(({ id }) => id).join('');
const { signal } = new AbortController();

/** A queue, and passes over items whose work fails for the ids in `bad`. A pass returns the ids that were tried and that succeeded. */
function build() {
  const lines = logLines();
  const queue = createFairQueue(createLog('gateway', 'info', lines));
  const pass = async (ids: string, bad: string) => {
    const tried: string[] = [];
    const work = async ({ id }: { id: string }) => {
      tried.push(id);
      if (bad.includes(id)) throw new Error(`cannot do ${id}`);
    };
    const succeeded = await queue.run(named(...ids), work, signal);
    return `${tried.join('')} ${names(succeeded)}`;
  };
  return { lines, queue, pass };
}

describe('createFairQueue', () => {
  test('works on all items in their order', async () => {
    assert.equal(await build().pass('abcd', ''), 'abcd abcd');
  });

  test('logs a failure and goes on with the other items', async () => {
    const { pass, lines } = build();
    assert.equal(await pass('abcd', 'bd'), 'abcd ac');
    assert.deepEqual(
      lines.objects().map(({ job_id }) => job_id),
      ['b', 'd'],
    );
  });

  test('ends the pass after three failures in a row, and begins the next one with the items that were not tried', async () => {
    const { pass } = build();
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'abc ');
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'def ');
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'gha ');
    assert.equal(await pass('abcdefgh', 'bc'), 'bcdefgha defgha');
  });

  test('tries items last that always fail', async () => {
    const { pass } = build();
    assert.equal(await pass('abcdef', 'abc'), 'abc ');
    assert.equal(await pass('abcdef', 'abc'), 'defabc def');
    assert.equal(await pass('abcxyz', 'abc'), 'xyzabc xyz');
  });

  test('forgets the failure of an item that was missing from a pass', async () => {
    const { pass } = build();
    assert.equal(await pass('ab', 'a'), 'ab b');
    assert.equal(await pass('b', ''), 'b b');
    assert.equal(await pass('ab', ''), 'ab ab');
  });

  test('does not log an item that the signal has cut off, and tries it last in the next pass', async () => {
    const { queue, lines, pass } = build();
    const stop = new AbortController();
    const work = async ({ id }: { id: string }) => {
      if (id === 'a') return;
      stop.abort(new Error('timeout'));
      stop.signal.throwIfAborted();
    };
    assert.equal(names(await queue.run(named(...'abc'), work, stop.signal)), 'a');
    assert.deepEqual(lines.objects(), []);
    assert.equal(await pass('bcd', ''), 'cdb cdb');
  });

  test('works on as many items at the same time as `concurrency` allows', async () => {
    const queue = createFairQueue(createLog('gateway', 'silent'), { concurrency: 2 });
    const tried: string[] = [];
    const released = Promise.withResolvers<void>();
    const work = async ({ id }: { id: string }) => {
      tried.push(id);
      await released.promise;
    };
    const running = queue.run(named(...'abcd'), work, signal);
    await runEventLoop();
    assert.equal(tried.join(''), 'ab');
    released.resolve();
    assert.equal(names(await running), 'abcd');
  });

  test('ends the pass after three failures in a row also with several items at the same time', async () => {
    const lines = logLines();
    const queue = createFairQueue(createLog('gateway', 'info', lines), { concurrency: 2 });
    const tried: string[] = [];
    const work = async ({ id }: { id: string }) => {
      tried.push(id);
      throw new Error(`cannot do ${id}`);
    };
    assert.deepEqual(await queue.run(named(...'abcdefgh'), work, signal), []);
    assert.equal(tried.join(''), 'abcd');
    const { left } = lines.objects().find((line) => 'left' in line) ?? {};
    assert.equal(left, 4);
  });

  test('ends when the signal is aborted', async () => {
    const { queue } = build();
    const stop = new AbortController();
    const work = async () => stop.abort();
    assert.equal(names(await queue.run(named('a', 'b'), work, stop.signal)), 'a');
  });
});
