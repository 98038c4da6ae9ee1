import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { readDocument, readDocuments, updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { countingState } from '../../../support/counting-state.ts';
import { asOtherProcess } from '../../../support/other-process.ts';

interface Counter {
  count: number;
}
const TTL = { ttlSeconds: 60 };
const plusOne = (counter?: Counter) => ({ count: (counter?.count ?? 0) + 1 });

/** A store that passes each put to `answer`, which may call the real put. */
const answering = (answer: (put: () => Promise<boolean>) => Promise<boolean>): StateStore => {
  const state = createMemoryState();
  return { ...state, put: (...args) => answer(() => state.put(...args)) };
};

describe('updateDocument', () => {
  test('creates a document, and then changes it from its stored value', async () => {
    const state = createMemoryState();
    assert.equal(await readDocument(state, 'counter'), undefined);
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', plusOne, TTL), { count: 1 });
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', plusOne, TTL), { count: 2 });
    assert.deepEqual((await readDocument<Counter>(state, 'counter'))?.document, { count: 2 });
    const many = await readDocuments<Counter>(state, ['counter', 'none']);
    assert.deepEqual([...many.keys()], ['counter']);
    assert.deepEqual(many.get('counter'), await readDocument(state, 'counter'));
  });

  test('writes nothing when the change returns undefined', async () => {
    const state = createMemoryState();
    assert.equal(await updateDocument<Counter>(state, 'counter', () => undefined, TTL), undefined);
    assert.deepEqual(state.keys(), []);
    await updateDocument<Counter>(state, 'counter', plusOne, TTL);
    const before = await state.get('counter');
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', () => undefined, TTL), { count: 1 });
    assert.deepEqual(await state.get('counter'), before);
  });

  test('loses none of 20 concurrent changes, and tries each of them once', async () => {
    const { counted, cost } = countingState(createMemoryState());
    const changes = Array.from({ length: 20 }, () =>
      updateDocument<Counter>(counted, 'counter', plusOne, TTL),
    );
    const counts = (await Promise.all(changes)).map((counter) => counter?.count);
    assert.deepEqual(
      counts.sort((a = 0, b = 0) => a - b),
      Array.from({ length: 20 }, (_, number) => number + 1),
    );
    assert.equal(cost.calls, 2 * 20);
  });

  test('loses none of 20 concurrent changes of several processes, which compete', async () => {
    const { counted, cost } = countingState(createMemoryState());
    const update = () => updateDocument<Counter>(asOtherProcess(counted), 'counter', plusOne, TTL);
    const counts = (await Promise.all(Array.from({ length: 20 }, update))).map((counter) => counter?.count);
    assert.deepEqual(new Set(counts), new Set(Array.from({ length: 20 }, (_, number) => number + 1)));
    assert.ok(cost.calls > 2 * 20, `${cost.calls} calls`);
  });

  // An outbound retry after a compare-and-set that did arrive gives a false 409.
  test('makes a change once when it arrived, although the store reported a conflict', async () => {
    let first = true;
    const state = answering(async (put) => {
      const done = await put();
      const reported = done && !first;
      first = false;
      return reported;
    });
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', plusOne, TTL), { count: 1 });
    assert.deepEqual((await readDocument<Counter>(state, 'counter'))?.document, { count: 1 });
  });

  test('throws unavailable after 30 conflicts', async (context) => {
    const clock = stoppedClock(context);
    let puts = 0;
    const state = answering(async () => {
      puts++;
      return false;
    });
    const update = updateDocument<Counter>(state, 'counter:secret-id', plusOne, TTL);
    await assert.rejects(clock.until(update), (error: Error & { code: string }) => {
      assert.equal(error.code, 'unavailable');
      assert.doesNotMatch(error.message, /secret-id/);
      return true;
    });
    assert.equal(puts, 30);
  });

  test('does not try again when the store is unavailable or the change throws', async () => {
    let puts = 0;
    const state = answering(() => {
      puts++;
      return Promise.reject(unavailable('the store'));
    });
    await assert.rejects(updateDocument<Counter>(state, 'counter', plusOne, TTL), { code: 'unavailable' });
    assert.equal(puts, 1);
    const refuse = () => {
      throw new Error('not this one');
    };
    await assert.rejects(updateDocument<Counter>(state, 'counter', refuse, TTL), { message: 'not this one' });
  });

  test('ends the pause between two attempts when the signal is aborted', async () => {
    const off = new AbortController();
    const state = answering(async () => {
      off.abort(new Error('called off'));
      return false;
    });
    const update = updateDocument<Counter>(state, 'counter', plusOne, { ...TTL, signal: off.signal });
    await assert.rejects(update, { name: 'AbortError' });
  });

  test('throws unavailable when the store does not answer within seconds', async (context) => {
    const clock = stoppedClock(context);
    const state: StateStore = {
      ...createMemoryState(),
      get: (_key, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    const update = updateDocument<Counter>(state, 'counter', plusOne, TTL);
    await assert.rejects(clock.until(update), { code: 'unavailable' });
  });

  test('reads nothing where the document is said to be new', async () => {
    const { counted, cost } = countingState(createMemoryState());
    const created = await updateDocument<Counter>(counted, 'counter', plusOne, { ...TTL, isNew: true });
    assert.deepEqual([created, cost.calls], [{ count: 1 }, 1]);
  });

  test('changes the stored document where it was said to be new', async () => {
    const state = createMemoryState();
    await updateDocument<Counter>(state, 'counter', plusOne, TTL);
    const changed = await updateDocument<Counter>(state, 'counter', plusOne, { ...TTL, isNew: true });
    assert.deepEqual(changed, { count: 2 });
    assert.deepEqual((await readDocument<Counter>(state, 'counter'))?.document, { count: 2 });
  });

  test('uses a TTL that depends on the document', async () => {
    let now = 0;
    const state = createMemoryState(() => now);
    const ttlSeconds = ({ count }: Counter) => count * 100;
    await updateDocument<Counter>(state, 'counter', plusOne, { ttlSeconds });
    await updateDocument<Counter>(state, 'counter', plusOne, { ttlSeconds });
    now = 199_000;
    assert.deepEqual(state.keys(), ['counter']);
    now = 200_000;
    assert.deepEqual(state.keys(), []);
  });
});
