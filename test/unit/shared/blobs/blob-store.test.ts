import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { AppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { runEventLoop } from '../../../support/event-loop.ts';

const MIB = 1024 ** 2;
const expires = new Date(Date.now() + 3600_000);

/** A blob store whose puts of chunks wait for the gate to open. */
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

describe('writes of many blobs at the same time', () => {
  test('have 8 puts in flight together, and at most one waiting chunk each', async () => {
    const { gate, watch, blobs, source } = build();
    const writes = Array.from({ length: 40 }, (_, number) =>
      blobs.write(`blob-${number}`, source(6), { expires }),
    );
    await runEventLoop(200);
    assert.equal(watch.underWay, 8);
    assert.ok(watch.taken <= 8 + 40, `${watch.taken} chunks were taken from their sources`);
    gate.resolve();
    assert.deepEqual(new Set((await Promise.all(writes)).map(({ size }) => size)), new Set([6 * MIB]));
    assert.equal(watch.most, 8);
    // All permits are free again: the next write can use them.
    await blobs.write('one more', source(20), { expires });
  });

  test('continue when one of them is aborted while it waits, or fails', async () => {
    const { memory, gate, watch, blobs, source } = build();
    const off = new AbortController();
    const full = Array.from({ length: 4 }, (_, number) =>
      blobs.write(`blob-${number}`, source(4), { expires }),
    );
    await runEventLoop(200);
    const waiting = blobs.write('waiting', source(4), { expires, signal: off.signal });
    await runEventLoop(200);
    assert.equal(watch.underWay, 8);
    off.abort(new AppError('bad_request', 'the client went away'));
    gate.reject(unavailable('the store'));
    const errors = (await Promise.allSettled([waiting, ...full])).map((result) =>
      result.status === 'rejected' ? (result.reason as AppError).code : 'none',
    );
    assert.deepEqual(errors, ['bad_request', ...full.map(() => 'unavailable')]);
    assert.deepEqual(
      memory.keys().filter((key) => !key.startsWith('blob:')),
      [],
    );
    // The permits of the failed writes are free again.
    watch.gate = Promise.withResolvers<void>();
    const writes = Array.from({ length: 5 }, (_, number) =>
      blobs.write(`later-${number}`, source(4), { expires }),
    );
    await runEventLoop(200);
    assert.equal(watch.underWay, 8);
    watch.gate.resolve();
    await Promise.all(writes);
  });
});

test('a write uses the memory of a chunk again once it is encoded, while it is being sent', async () => {
  const memory = createMemoryState();
  const gate = Promise.withResolvers<void>();
  const used = new Set<ArrayBufferLike>();
  let encoded = 0;
  const blobs = createBlobStore({
    ...memory,
    async putBytes(key, bytes, options) {
      used.add(bytes.buffer);
      encoded++;
      await memory.putBytes(key, bytes, options);
      await gate.promise;
    },
  });
  const chunks = [...Array.from({ length: 6 }, (_, chunk) => Buffer.alloc(MIB, chunk + 1)), Buffer.of(7, 7)];
  async function* source() {
    yield* chunks;
  }
  const write = blobs.write('one', source(), { expires });
  await runEventLoop(200);
  assert.deepEqual([encoded, used.size], [4, 1]);
  gate.resolve();
  await write;
  // The part of a buffer that holds the last bytes stands for all of it.
  await blobs.write('another', source(), { expires });
  assert.equal(used.size, 1);
  assert.ok(Buffer.concat(chunks).equals(Buffer.concat(await Array.fromAsync(blobs.read('one')))));
});

test('a write whose source and store both fail reports the failure of the store, because a chunk may still arrive', async () => {
  const { memory, gate, blobs } = build();
  async function* source() {
    yield Buffer.alloc(MIB);
    throw new AppError('too_large', 'too large');
  }
  const write = blobs.write('one', source(), { expires });
  await runEventLoop();
  gate.reject(unavailable('the store'));
  await assert.rejects(write, { code: 'unavailable' });
  // `delete` finds the chunk by the manifest.
  assert.deepEqual(memory.keys(), ['blob:one']);
});

test('a write that is aborted with the reason unavailable leaves nothing, because the outcome of all its puts is known', async () => {
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
