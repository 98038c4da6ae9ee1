import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { BlobStore } from '../../services/shared/blobs/blob-store.ts';
import { randomBytes } from '../support/random.ts';
import type { FreshBlobs } from './blob-leftovers.ts';
import { LOST, type ResumableUpload, resumableUpload } from './resumable-upload.ts';

const CHUNK = 1024 * 1024;
const chunkKey = ({ id }: ResumableUpload, index: number) => `chunk:${id}:${index}`;

/** Appends up to `end`, and saves no checkpoint, as a process that dies before its first save. */
async function appendUnsaved(upload: ResumableUpload, blobs: BlobStore, end: number): Promise<void> {
  const save = () => Promise.reject(LOST);
  const before = upload.checkpoint;
  await assert.rejects(upload.takeOver().append(blobs, end, { save }), LOST);
  assert.deepEqual(upload.checkpoint, before);
}

/** Leaves these chunks behind the checkpoint, and no other. The first failure ends an append, so they are put one by one. */
async function storeChunks(
  upload: ResumableUpload,
  { blobs, state }: ReturnType<FreshBlobs>,
  indexes: readonly number[],
  change: (chunk: Buffer) => Buffer = (chunk) => chunk,
): Promise<void> {
  await appendUnsaved(upload, blobs, upload.bytes.length);
  for (let index = 0; index < Math.ceil(upload.bytes.length / CHUNK); index++) {
    if (index * CHUNK + CHUNK <= upload.checkpoint.offset) continue;
    const chunk = upload.bytes.subarray(index * CHUNK, (index + 1) * CHUNK);
    if (indexes.includes(index))
      await state.putBytes(chunkKey(upload, index), change(Buffer.from(chunk)), { ttlSeconds: 600 });
    else await state.delete(chunkKey(upload, index));
  }
}

interface Case {
  what: string;
  /** Bytes whose checkpoint is saved. */
  saved: number;
  /** Chunks that are stored of the 5 of the file. */
  chunks: number[];
  maxBytes?: number;
  change?: (chunk: Buffer) => Buffer;
  expected: number;
}

const damaged = (chunk: Buffer): Buffer => {
  chunk[3] = (chunk[3] ?? 0) ^ 1;
  return chunk;
};

const CASES: Case[] = [
  { what: 'nothing where no chunk is stored', saved: 0, chunks: [], expected: 0 },
  { what: 'one chunk', saved: 0, chunks: [0], expected: CHUNK },
  { what: 'a row of chunks', saved: CHUNK, chunks: [1, 2, 3], expected: 4 * CHUNK },
  { what: 'no chunk behind a gap', saved: CHUNK, chunks: [1, 3, 4], expected: 2 * CHUNK },
  { what: 'nothing where the first chunk is missing', saved: CHUNK, chunks: [2, 3], expected: CHUNK },
  { what: 'the chunk that a tail has become', saved: CHUNK + 7, chunks: [1, 2], expected: 3 * CHUNK },
  {
    what: 'nothing where only later chunks follow a tail',
    saved: CHUNK + 7,
    chunks: [2],
    expected: CHUNK + 7,
  },
  {
    ...{ what: 'no chunk that has other bytes than the tail', saved: CHUNK + 7, chunks: [1, 2] },
    ...{ change: damaged, expected: CHUNK + 7 },
  },
  {
    ...{ what: 'no chunk that is too short', saved: 0, chunks: [0, 1] },
    ...{ change: (chunk) => chunk.subarray(1), expected: 0 },
  },
  {
    ...{ what: 'no chunk that ends behind the file', saved: 0, chunks: [0, 1, 2], maxBytes: 3 * CHUNK - 1 },
    expected: 2 * CHUNK,
  },
];

/** What an append has stored without its checkpoint need not be sent again. */
export function blobRecovery(fresh: FreshBlobs): void {
  describe('the recovery of chunks whose checkpoint was not saved', () => {
    for (const { what, saved, chunks, maxBytes = 5 * CHUNK, change, expected } of CASES)
      test(`finds ${what}, and the upload goes on from there`, async () => {
        const store = fresh();
        const { blobs, watch } = store;
        const upload = resumableUpload(randomBytes(4 * CHUNK + 900));
        if (saved > 0) await upload.takeOver().append(blobs, saved);
        await storeChunks(upload, store, chunks, change);
        const puts = watch.puts.length;
        const checkpoint = await upload.takeOver().recover(blobs, maxBytes);
        assert.equal(checkpoint.offset, expected);
        // A chunk counts once its put has succeeded here, because nobody has seen the end of the first one.
        const recovered = chunks.filter((index) => index * CHUNK + CHUNK <= expected && expected > saved);
        assert.deepEqual(
          watch.puts.slice(puts).map(({ key }) => key),
          recovered.map((index) => chunkKey(upload, index)),
        );
        await upload.takeOver().append(blobs, upload.bytes.length);
        await upload.takeOver().complete(blobs);
        assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
        await blobs.delete(upload.id);
        assert.deepEqual(await watch.remaining(), []);
      });

    test('returns the checkpoint of a blob that is complete or was deleted', async () => {
      const { blobs } = fresh();
      const upload = resumableUpload(randomBytes(2 * CHUNK));
      await upload.takeOver().append(blobs, CHUNK);
      const early = upload.checkpoint;
      await upload.takeOver().append(blobs, 2 * CHUNK);
      await upload.takeOver().complete(blobs);
      upload.checkpoint = early;
      assert.deepEqual(await upload.takeOver().recover(blobs, 2 * CHUNK), early);
      await blobs.delete(upload.id);
      assert.deepEqual(await upload.takeOver().recover(blobs, 2 * CHUNK), early);
    });
  });
}
