import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { readDocument, readDocuments, updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { stoppedClock } from '../../../support/clock.ts';

interface Counter {
  count: number;
}
const TTL = { ttlSeconds: 60 };
const plusOne = (counter?: Counter) => ({ count: (counter?.count ?? 0) + 1 });

/** A store whose puts are answered by `answer`, which may call the real one. */
const answering = (answer: (put: () => Promise<boolean>) => Promise<boolean>): StateStore => {
  const state = createMemoryState();
  return { ...state, put: (...args) => answer(() => state.put(...args)) };
};

describe('a document', () => {
  test('is made, read, and changed from what it is', async () => {
    const state = createMemoryState();
    assert.equal(await readDocument(state, 'counter'), undefined);
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', plusOne, TTL), { count: 1 });
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', plusOne, TTL), { count: 2 });
    assert.deepEqual((await readDocument<Counter>(state, 'counter'))?.document, { count: 2 });
    const many = await readDocuments<Counter>(state, ['counter', 'none']);
    assert.deepEqual([...many.keys()], ['counter']);
    assert.deepEqual(many.get('counter'), await readDocument(state, 'counter'));
  });

  test('is left alone when the change is undefined', async () => {
    const state = createMemoryState();
    assert.equal(await updateDocument<Counter>(state, 'counter', () => undefined, TTL), undefined);
    assert.deepEqual(state.keys(), []);
    await updateDocument<Counter>(state, 'counter', plusOne, TTL);
    const before = await state.get('counter');
    assert.deepEqual(await updateDocument<Counter>(state, 'counter', () => undefined, TTL), { count: 1 });
    assert.deepEqual(await state.get('counter'), before);
  });

  test('loses no change of 20 who make one at the same time', async () => {
    const state = createMemoryState();
    const changes = Array.from({ length: 20 }, () => updateDocument<Counter>(state, 'counter', plusOne, TTL));
    const counts = (await Promise.all(changes)).map((counter) => counter?.count);
    assert.deepEqual(
      counts.sort((a = 0, b = 0) => a - b),
      Array.from({ length: 20 }, (_, number) => number + 1),
    );
  });

  // An outbound retry after a compare-and-set that did arrive gives a false 409.
  test('is changed once when the change arrived, though it was reported as refused', async () => {
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

  test('that everybody writes at once is given up on, after 30 attempts', async (context) => {
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

  test('is not tried again when the store is away, or the change throws', async () => {
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

  test('waits for its next attempt no longer than it may', async () => {
    const off = new AbortController();
    const state = answering(async () => {
      off.abort(new Error('called off'));
      return false;
    });
    const update = updateDocument<Counter>(state, 'counter', plusOne, { ...TTL, signal: off.signal });
    await assert.rejects(update, { name: 'AbortError' });
  });

  test('is not waited for longer than seconds, whatever the store does', async (context) => {
    const deadline = new AbortController();
    context.mock.method(AbortSignal, 'timeout', () => deadline.signal);
    const state: StateStore = {
      ...createMemoryState(),
      get: (_key, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    const update = updateDocument<Counter>(state, 'counter', plusOne, TTL);
    deadline.abort(new DOMException('timed out', 'TimeoutError'));
    await assert.rejects(update, { code: 'unavailable' });
  });

  test('expires when its content says', async () => {
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
