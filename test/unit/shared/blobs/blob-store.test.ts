import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { AppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createSemaphore } from '../../../../services/shared/runtime/semaphore.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { turns } from '../../../support/event-loop.ts';

const MIB = 1024 ** 2;
const expires = new Date(Date.now() + 3600_000);

/** Blobs whose chunks wait at a gate. */
function build() {
  const memory = createMemoryState();
  const gate = Promise.withResolvers<void>();
  const watch = { underWay: 0, most: 0, taken: 0, gate };
  const blobs = createBlobStore({
    ...memory,
    async putBytes(...args) {
      watch.most = Math.max(watch.most, ++watch.underWay);
      await watch.gate.promise.finally(() => watch.underWay--);
      return memory.putBytes(...args);
    },
  });
  async function* source(chunks: number) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      watch.taken++;
      yield Buffer.alloc(MIB, chunk);
    }
  }
  return { memory, gate, watch, blobs, source };
}

describe('all blobs that are written at once', () => {
  test('have 16 chunks under way between them, and one each that waits', async () => {
    const { gate, watch, blobs, source } = build();
    const writes = Array.from({ length: 40 }, (_, number) =>
      blobs.write(`blob-${number}`, source(6), { expires }),
    );
    await turns(200);
    assert.equal(watch.underWay, 16);
    assert.ok(watch.taken <= 16 + 40, `${watch.taken} chunks were taken from their sources`);
    gate.resolve();
    assert.deepEqual(new Set((await Promise.all(writes)).map(({ size }) => size)), new Set([6 * MIB]));
    assert.equal(watch.most, 16);
    // Nor is a place lost: the next can use them all.
    await blobs.write('one more', source(20), { expires });
  });

  test('go on when one of them is called off while it waits, or fails', async () => {
    const { memory, gate, watch, blobs, source } = build();
    const gone = new AbortController();
    const full = Array.from({ length: 4 }, (_, number) =>
      blobs.write(`blob-${number}`, source(4), { expires }),
    );
    await turns(200);
    const waiting = blobs.write('waiting', source(4), { expires, signal: gone.signal });
    await turns(200);
    assert.equal(watch.underWay, 16);
    gone.abort(new AppError('bad_request', 'the client went away'));
    gate.reject(unavailable('the store'));
    const errors = (await Promise.allSettled([waiting, ...full])).map((result) =>
      result.status === 'rejected' ? (result.reason as AppError).code : 'none',
    );
    assert.deepEqual(errors, ['bad_request', ...full.map(() => 'unavailable')]);
    assert.deepEqual(
      memory.keys().filter((key) => !key.startsWith('blob:')),
      [],
    );
    // Their places are free again.
    watch.gate = Promise.withResolvers<void>();
    const writes = Array.from({ length: 5 }, (_, number) =>
      blobs.write(`later-${number}`, source(4), { expires }),
    );
    await turns(200);
    assert.equal(watch.underWay, 16);
    watch.gate.resolve();
    await Promise.all(writes);
  });
});

test('a write whose source and store fail at once says that the store did: a chunk may still arrive', async () => {
  const { memory, gate, blobs } = build();
  async function* source() {
    yield Buffer.alloc(MIB);
    throw new AppError('too_large', 'too large');
  }
  const write = blobs.write('one', source(), { expires });
  await turns();
  gate.reject(unavailable('the store'));
  await assert.rejects(write, { code: 'unavailable' });
  // By which `delete` finds it.
  assert.deepEqual(memory.keys(), ['blob:one']);
});

test('a write that is called off because the service is not available leaves nothing: all its chunks are known', async () => {
  const { memory, gate, blobs, source } = build();
  gate.resolve();
  const lost = new AbortController();
  async function* givenUp() {
    yield* source(3);
    lost.abort(unavailable('the upload'));
    yield* source(1);
  }
  await assert.rejects(blobs.write('one', givenUp(), { expires, signal: lost.signal }), {
    code: 'unavailable',
  });
  assert.deepEqual(memory.keys(), []);
});

test('a semaphore lets in who waited first', async () => {
  const semaphore = createSemaphore(1);
  const order: number[] = [];
  const enter = async (number: number) => {
    await semaphore.acquire(new AbortController().signal);
    order.push(number);
  };
  const all = [1, 2, 3].map(enter);
  await turns(2);
  assert.deepEqual(order, [1]);
  semaphore.release();
  semaphore.release();
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3]);
});

test('a semaphore forgets who does not wait any more', async () => {
  const semaphore = createSemaphore(1);
  const patient = new AbortController();
  const impatient = new AbortController();
  await semaphore.acquire(patient.signal);
  const first = semaphore.acquire(impatient.signal);
  const second = semaphore.acquire(patient.signal);
  impatient.abort(new Error('gone'));
  await assert.rejects(first, /gone/);
  await assert.rejects(semaphore.acquire(impatient.signal), /gone/);
  semaphore.release();
  await second;
});
