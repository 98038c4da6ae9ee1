import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import { runEventLoop } from '../support/event-loop.ts';
import { inPieces, randomBytes } from '../support/random.ts';
import { blobAppendFaults } from './blob-append-faults.ts';
import { blobAppends } from './blob-appends.ts';
import { blobFailures } from './blob-failures.ts';
import { blobLeftovers, type FreshBlobs } from './blob-leftovers.ts';
import { blobRecovery } from './blob-recovery.ts';
import type { StateUnderTest } from './state-store.ts';
import { type WatchedState, watched } from './watched-state.ts';

/** Bytes of a chunk. */
export const CHUNK = 1024 * 1024;
const TTL = { expires: new Date(Date.now() + 3600_000) };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 12_345];

const RANGED = 2 * CHUNK + 500;
const LAST = RANGED - 1;
const RANGES: [what: string, start: number | undefined, end: number | undefined][] = [
  ['the first byte', 0, 0],
  ['the last byte', LAST, LAST],
  ['the first chunk', 0, CHUNK - 1],
  ['the second chunk', CHUNK, 2 * CHUNK - 1],
  ['the last, short chunk', 2 * CHUNK, LAST],
  ['two bytes across the border of two chunks', CHUNK - 1, CHUNK],
  ['the last byte of the first chunk to the first of the third', CHUNK - 1, 2 * CHUNK],
  ['all bytes but the first and the last', 1, LAST - 1],
  ['all bytes, with both ends given', 0, LAST],
  ['all bytes, without a start or an end', undefined, undefined],
  ['a start without an end', CHUNK + 7, undefined],
  ['an end without a start', undefined, CHUNK + 7],
  ['an end beyond the last byte', CHUNK + 7, RANGED + 5 * CHUNK],
  ['no byte, from the end on', RANGED, undefined],
  ['no byte, from far beyond the end on', 9 * CHUNK, 10 * CHUNK],
];

/** The TTL of the manifest in seconds. */
const blobLife = ({ puts }: WatchedState): number =>
  Math.max(...puts.flatMap(({ key, ttlSeconds = 0 }) => (key.startsWith('blob:') ? [ttlSeconds] : [])));

/** Tests the blob store over any state store. */
export function blobStoreContract(name: string, make: () => StateUnderTest): void {
  describe(`blob store: ${name}`, () => {
    const fresh = () => {
      const { state, advance } = make();
      const watch = watched(state);
      return { state, advance, watch, blobs: createBlobStore(watch) };
    };
    testWrites(fresh);
    testReads(fresh);
    testLives(fresh);
    blobFailures(fresh);
    blobLeftovers(fresh);
    blobAppends(fresh);
    blobAppendFaults(fresh);
    blobRecovery(fresh);
  });
}

function testWrites(fresh: FreshBlobs): void {
  for (const size of SIZES) {
    test(`returns ${size} bytes as they were written, with their size and sha256`, async () => {
      const { blobs, watch } = fresh();
      const bytes = randomBytes(size);
      const blob = await blobs.write(randomUUID(), inPieces(bytes), TTL);
      assert.deepEqual(blob, { id: blob.id, size, sha256: sha256(bytes) });
      assert.deepEqual(await blobs.stat(blob.id), blob);
      assert.ok(bytes.equals(await buffer(blobs.read(blob.id))));
      // A manifest that announces the chunks (where there are any), the chunks, and the complete manifest.
      const chunks = Math.ceil(size / CHUNK);
      assert.equal(watch.puts.length, chunks === 0 ? 1 : chunks + 2);
    });
  }

  test('stores a source of one large piece, and one of many small and empty pieces', async () => {
    const { blobs } = fresh();
    const bytes = randomBytes(2 * CHUNK + 3);
    async function* whole() {
      yield bytes;
    }
    async function* crumbs() {
      for await (const piece of inPieces(bytes, 999)) yield* [piece, Buffer.alloc(0)];
    }
    for (const source of [whole(), crumbs()]) {
      const { id } = await blobs.write(randomUUID(), source, TTL);
      assert.ok(bytes.equals(await buffer(blobs.read(id))));
    }
  });

  test('keeps what the writer attaches once all bytes are stored, and deletes it with the blob', async () => {
    const { blobs, watch } = fresh();
    const id = randomUUID();
    const attachment = { text: 'é$"\u0000👍', list: [1, { deep: null }], $concat: ['a', 'b'] };
    let chunks = 0;
    const attach = async () => {
      chunks = watch.puts.filter(({ key }) => key.startsWith('chunk:')).length;
      assert.equal(await blobs.stat(id), undefined);
      return attachment;
    };
    const blob = await blobs.write(id, inPieces(randomBytes(2 * CHUNK + 1)), { ...TTL, attach });
    assert.equal(chunks, 3);
    assert.deepEqual(await blobs.stat(id), { ...blob, attachment });
    await blobs.delete(id);
    assert.deepEqual(await watch.remaining(), []);
  });

  test('stores nothing where the writer fails to attach', async () => {
    const { blobs, watch } = fresh();
    const id = randomUUID();
    const attach = () => Promise.reject(new Error('there is nothing to attach'));
    const write = blobs.write(id, inPieces(randomBytes(2 * CHUNK)), { ...TTL, attach });
    await assert.rejects(write, /nothing to attach/);
    assert.deepEqual(await watch.remaining(), []);
    assert.equal(await blobs.stat(id), undefined);
  });

  test('keeps blobs apart that are written at the same time', async () => {
    const { blobs } = fresh();
    const both = [1, 2].map((seed) => randomBytes(CHUNK + seed, seed));
    const written = await Promise.all(both.map((bytes) => blobs.write(randomUUID(), inPieces(bytes), TTL)));
    for (const [number, { id }] of written.entries()) {
      assert.ok(both[number]?.equals(await buffer(blobs.read(id))));
    }
  });
}

function testReads(fresh: FreshBlobs): void {
  describe('read', async () => {
    const { blobs } = fresh();
    const bytes = randomBytes(RANGED);
    const written = blobs.write(randomUUID(), inPieces(bytes), TTL);
    for (const [what, start, end] of RANGES) {
      test(`returns a range: ${what}`, async () => {
        const { id } = await written;
        const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
        const part = await buffer(blobs.read(id, range));
        assert.ok(part.equals(bytes.subarray(start ?? 0, (end ?? LAST) + 1)));
      });
    }
  });

  test('fetches only the manifest and the chunks of the range', async () => {
    const { blobs, watch } = fresh();
    const { id } = await blobs.write(randomUUID(), inPieces(randomBytes(6 * CHUNK)), TTL);
    watch.gets = 0;
    await buffer(blobs.read(id, { start: 3 * CHUNK + 5, end: 4 * CHUNK + 5 }));
    assert.equal(watch.gets, 3);
  });
}

/** How long the keys of a blob exist. */
function testLives(fresh: FreshBlobs): void {
  test('deletes every key of a blob, returns whether there was one, and is idempotent', async () => {
    const { blobs, watch } = fresh();
    const { id } = await blobs.write(randomUUID(), inPieces(randomBytes(5 * CHUNK + 1)), TTL);
    assert.equal((await watch.remaining()).length, 7);
    assert.equal(await blobs.delete(id), true);
    assert.deepEqual(await watch.remaining(), []);
    assert.equal(await blobs.delete(id), false);
    assert.equal(await blobs.stat(id), undefined);
    await assert.rejects(buffer(blobs.read(id)), { code: 'not_found' });
  });

  test('gives every key a TTL, and chunks a longer one than their manifest', async () => {
    const { blobs, watch } = fresh();
    const { id } = await blobs.write(randomUUID(), inPieces(randomBytes(CHUNK + 1)), TTL);
    const lives = (prefix: string) =>
      watch.puts.flatMap(({ key, ttlSeconds }) => (key.startsWith(prefix) ? [ttlSeconds ?? 0] : []));
    const [manifests, chunks] = [lives('blob:'), lives('chunk:')];
    assert.deepEqual([manifests.length, chunks.length], [2, 2]);
    const untilExpiry = (TTL.expires.getTime() - Date.now()) / 1000;
    assert.ok(Math.min(...manifests) > untilExpiry, 'the manifest expires before its job');
    assert.ok(Math.min(...chunks) > Math.max(...manifests), 'the chunks expire before their manifest');
    await blobs.delete(id);
  });

  test('finishes a read that began before the manifest expired', async (context) => {
    const { blobs, watch, advance } = fresh();
    if (!advance) return context.skip('its clock cannot be moved');
    const bytes = randomBytes(12 * CHUNK);
    const { id } = await blobs.write(randomUUID(), inPieces(bytes), TTL);
    const reader = blobs.read(id)[Symbol.asyncIterator]();
    const parts = [(await reader.next()).value];
    advance(blobLife(watch) + 1);
    assert.equal(await blobs.stat(id), undefined);
    for (let next = await reader.next(); !next.done; next = await reader.next()) parts.push(next.value);
    assert.ok(bytes.equals(Buffer.concat(parts)));
  });

  test('fetches nothing for a reader that does not read, or that was destroyed', async () => {
    const { blobs, watch } = fresh();
    const { id } = await blobs.write(randomUUID(), inPieces(randomBytes(16 * CHUNK)), TTL);
    watch.gets = 0;
    const stream = blobs.read(id);
    stream.once('data', () => stream.pause());
    await runEventLoop();
    assert.ok(watch.gets <= 9, `${watch.gets} gets`);
    stream.destroy();
    await once(stream, 'close');
    const atTheEnd = watch.gets;
    await runEventLoop();
    assert.equal(watch.gets, atTheEnd);
  });
}
