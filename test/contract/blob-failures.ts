import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { eventually, runEventLoop } from '../support/event-loop.ts';
import { inPieces, randomBytes } from '../support/random.ts';
import type { FreshBlobs } from './blob-leftovers.ts';
import type { WatchedState } from './watched-state.ts';

const CHUNK = 1024 * 1024;
const TTL = { expires: new Date(Date.now() + 3600_000) };

/** A source that counts the pieces that were taken, and knows whether its reader has released it. */
function counted(pieces: number, { failAt = Number.POSITIVE_INFINITY } = {}) {
  const source = { taken: 0, released: false, [Symbol.asyncIterator]: () => generate() };
  async function* generate() {
    try {
      while (source.taken < pieces) {
        if (source.taken === failAt) throw new Error('the source failed');
        source.taken++;
        yield Buffer.alloc(CHUNK / 2, source.taken);
      }
    } finally {
      source.released = true;
    }
  }
  return source;
}

const chunkPuts = ({ puts }: WatchedState) => puts.filter(({ key }) => key.startsWith('chunk:')).length;

/** A write stores all or nothing, whatever fails, and never holds more than a few chunks in memory. */
export function blobFailures(fresh: FreshBlobs): void {
  testFailedWrites(fresh);
  testMemory(fresh);
  testFailedReads(fresh);
}

function testFailedWrites(fresh: FreshBlobs): void {
  describe('a write leaves nothing when', () => {
    for (const failAt of [0, 1, 7]) {
      test(`the source fails after ${failAt} pieces`, async () => {
        const { blobs, watch } = fresh();
        const source = counted(20, { failAt });
        await assert.rejects(blobs.write(randomUUID(), source, TTL), { message: 'the source failed' });
        assert.deepEqual(await watch.remaining(), []);
        assert.equal(chunkPuts(watch), Math.floor(failAt / 2));
      });
    }

    // A put that is in flight arrives in any case. So its chunk must not be deleted before.
    test('the source fails while a put is still in flight', async () => {
      const { blobs, watch } = fresh();
      const gate = Promise.withResolvers<void>();
      watch.onPut = async (key, put) => {
        if (key.startsWith('chunk:')) await gate.promise;
        return put();
      };
      const source = counted(20, { failAt: 5 });
      const write = assert.rejects(blobs.write(randomUUID(), source, TTL), { message: 'the source failed' });
      await eventually(() => source.released);
      gate.resolve();
      await write;
      assert.equal(chunkPuts(watch), 2);
      assert.deepEqual(await watch.remaining(), []);
    });

    for (const pieces of [0, 1, 8]) {
      test(`it is aborted after ${pieces} pieces, and then it does not read on`, async () => {
        const { blobs, watch } = fresh();
        const off = new AbortController();
        const source = counted(1000);
        async function* calledOff() {
          for await (const piece of source) {
            if (source.taken > pieces) off.abort(new Error('called off'));
            yield piece;
          }
        }
        const write = blobs.write(randomUUID(), calledOff(), { ...TTL, signal: off.signal });
        await assert.rejects(write, { message: 'called off' });
        assert.ok(source.taken <= pieces + 2 && source.released, `${source.taken} pieces were read`);
        assert.deepEqual(await watch.remaining(), []);
      });
    }
  });

  test('throws both errors when the cleanup fails too', async () => {
    const { blobs, watch } = fresh();
    watch.delete = () => Promise.reject(new Error('no deletion either'));
    await assert.rejects(
      blobs.write(randomUUID(), counted(9, { failAt: 8 }), TTL),
      ({ errors }: AggregateError) => {
        assert.deepEqual(
          errors.map(({ message }: Error) => message),
          ['the source failed', 'no deletion either'],
        );
        return true;
      },
    );
  });
}

function testMemory(fresh: FreshBlobs): void {
  test('has at most 4 puts in flight, and does not read ahead of them', async () => {
    const { blobs, watch } = fresh();
    const gate = Promise.withResolvers<void>();
    watch.onPut = async (key, put) => {
      if (key.startsWith('chunk:')) await gate.promise;
      return put();
    };
    const source = counted(40);
    const write = blobs.write(randomUUID(), source, TTL);
    await eventually(() => chunkPuts(watch) === 4);
    await runEventLoop();
    assert.equal(chunkPuts(watch), 4);
    assert.equal(source.taken, 8);
    gate.resolve();
    const { id } = await write;
    assert.equal(watch.mostPuts, 4);
    // No buffer was filled again while its put was still waiting.
    const pieces = Array.from({ length: 40 }, (_, number) => Buffer.alloc(CHUNK / 2, number + 1));
    assert.ok(Buffer.concat(pieces).equals(await buffer(blobs.read(id))));
  });
}

function testFailedReads(fresh: FreshBlobs): void {
  describe('a full read fails for', () => {
    const bytes = randomBytes(2 * CHUNK + 9);
    const DAMAGES: [what: string, damage: (chunk: Buffer) => Buffer | undefined][] = [
      [
        'a blob with one bit changed',
        (chunk) => Buffer.from(chunk.map((byte, at) => (at === 3 ? byte ^ 4 : byte))),
      ],
      ['a blob with a truncated chunk', (chunk) => chunk.subarray(1)],
      ['a blob that lacks a chunk', () => undefined],
    ];
    for (const [what, damage] of DAMAGES) {
      for (const index of [0, 2]) {
        test(`${what} (chunk ${index})`, async () => {
          const { blobs, state } = fresh();
          const { id } = await blobs.write(randomUUID(), inPieces(bytes), TTL);
          const key = `chunk:${id}:${index}`;
          const damaged = damage((await state.getBytes(key)) ?? assert.fail());
          await (damaged ? state.putBytes(key, damaged) : state.delete(key));
          await assert.rejects(buffer(blobs.read(id)), { code: 'internal' });
          const intact = await buffer(blobs.read(id, { start: CHUNK, end: 2 * CHUNK - 1 }));
          assert.ok(intact.equals(bytes.subarray(CHUNK, 2 * CHUNK)));
        });
      }
    }

    test('a blob that never existed', async () => {
      await assert.rejects(buffer(fresh().blobs.read('no-such-blob')), { code: 'not_found' });
    });
  });

  test('ends a read whose signal is aborted', async () => {
    const { blobs } = fresh();
    const { id } = await blobs.write(randomUUID(), inPieces(randomBytes(8 * CHUNK)), TTL);
    const off = new AbortController();
    const read = blobs.read(id, { signal: off.signal });
    const drained = assert.rejects(buffer(read), { message: 'called off' });
    read.once('data', () => off.abort(new Error('called off')));
    await drained;
  });
}
