import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFairQueue } from '../../../../services/gateway/sweep/fair-queue.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { turns as ready } from '../../../support/event-loop.ts';
import { logLines } from '../../../support/log-lines.ts';

const named = (...ids: string[]) => ids.map((id) => ({ id }));
const names = (items: readonly { id: string }[]) => items.map(({ id }) => id).join('');
const { signal } = new AbortController();

/** Turns, and a work that fails for the ids given and notes for which it was asked. */
function build() {
  const lines = logLines();
  const turns = createFairQueue(createLog('gateway', 'info', lines));
  const pass = async (ids: string, bad: string) => {
    const asked: string[] = [];
    const work = async ({ id }: { id: string }) => {
      asked.push(id);
      if (bad.includes(id)) throw new Error(`cannot do ${id}`);
    };
    const succeeded = await turns.run(named(...ids), work, signal);
    return `${asked.join('')} ${names(succeeded)}`;
  };
  return { lines, turns, pass };
}

describe('turns', () => {
  test('are given to all items in their order', async () => {
    assert.equal(await build().pass('abcd', ''), 'abcd abcd');
  });

  test('a failure is logged and leaves the others their turn', async () => {
    const { pass, lines } = build();
    assert.equal(await pass('abcd', 'bd'), 'abcd ac');
    assert.deepEqual(
      lines.objects().map(({ job_id }) => job_id),
      ['b', 'd'],
    );
  });

  test('three failures in a row end the pass, and the next begins with those that had no turn', async () => {
    const { pass } = build();
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'abc ');
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'def ');
    assert.equal(await pass('abcdefgh', 'abcdefgh'), 'gha ');
    assert.equal(await pass('abcdefgh', 'bc'), 'bcdefgha defgha');
  });

  test('items that always fail go last', async () => {
    const { pass } = build();
    assert.equal(await pass('abcdef', 'abc'), 'abc ');
    assert.equal(await pass('abcdef', 'abc'), 'defabc def');
    assert.equal(await pass('abcxyz', 'abc'), 'xyzabc xyz');
  });

  test('an item that was away and comes again has its old place', async () => {
    const { pass } = build();
    assert.equal(await pass('ab', 'a'), 'ab b');
    assert.equal(await pass('b', ''), 'b b');
    assert.equal(await pass('ab', ''), 'ab ab');
  });

  test('an item that the signal has cut off is no failure, and goes last in the next pass', async () => {
    const { turns, lines, pass } = build();
    const stop = new AbortController();
    const work = async ({ id }: { id: string }) => {
      if (id === 'a') return;
      stop.abort(new Error('the time is over'));
      stop.signal.throwIfAborted();
    };
    assert.equal(names(await turns.run(named(...'abc'), work, stop.signal)), 'a');
    assert.deepEqual(lines.objects(), []);
    assert.equal(await pass('bcd', ''), 'cdb cdb');
  });

  test('may be given to several items side by side', async () => {
    const turns = createFairQueue(createLog('gateway', 'silent'), { concurrency: 2 });
    const asked: string[] = [];
    const gate = Promise.withResolvers<void>();
    const work = async ({ id }: { id: string }) => {
      asked.push(id);
      await gate.promise;
    };
    const taken = turns.run(named(...'abcd'), work, signal);
    await ready();
    assert.equal(asked.join(''), 'ab');
    gate.resolve();
    assert.equal(names(await taken), 'abcd');
  });

  test('side by side, three failures in a row end the pass as well', async () => {
    const lines = logLines();
    const turns = createFairQueue(createLog('gateway', 'info', lines), { concurrency: 2 });
    const asked: string[] = [];
    const work = async ({ id }: { id: string }) => {
      asked.push(id);
      throw new Error(`cannot do ${id}`);
    };
    assert.deepEqual(await turns.run(named(...'abcdefgh'), work, signal), []);
    assert.equal(asked.join(''), 'abcd');
    const { left } = lines.objects().find((line) => 'left' in line) ?? {};
    assert.equal(left, 4);
  });

  test('end with the signal', async () => {
    const { turns } = build();
    const stop = new AbortController();
    const work = async () => stop.abort();
    assert.equal(names(await turns.run(named('a', 'b'), work, stop.signal)), 'a');
  });
});
