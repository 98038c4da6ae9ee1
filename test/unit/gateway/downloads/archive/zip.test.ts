import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import {
  type ArchiveFile,
  zipLength,
  zipStream,
} from '../../../../../services/gateway/downloads/archive/zip.ts';
import { createBlobStore } from '../../../../../services/shared/blobs/blob-store.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { runEventLoop } from '../../../../support/event-loop.ts';
import { inPieces, randomBytes } from '../../../../support/random.ts';
import { readZip } from '../../../../support/read-zip.ts';

const { signal } = new AbortController();
const expires = new Date(Date.now() + 3600_000);

/** A blob store with files of these sizes. */
async function withFiles(...sizes: number[]) {
  const state = createMemoryState();
  const blobs = createBlobStore(state);
  const contents = sizes.map((size, at) => randomBytes(size, at + 1));
  const files: ArchiveFile[] = [];
  for (const [at, bytes] of contents.entries()) {
    const blobId = randomUUID();
    await blobs.write(blobId, inPieces(bytes), { expires });
    files.push({
      name: `${at} é🎬.mp3`,
      size: bytes.length,
      date: new Date(2024, 1, 29, 23, 59, 58),
      blobId,
    });
  }
  return { state, blobs, contents, files };
}

describe('zipStream', () => {
  it('holds each file as it is, with its name in UTF-8 and its date', async () => {
    const { blobs, files, contents } = await withFiles(1, 1000, 2_500_000, 0);
    const zip = await buffer(zipStream(blobs, files, signal));
    const read = readZip(zip);
    assert.deepEqual(
      read.map(({ name, isUtf8, date }) => ({ name, isUtf8, date })),
      files.map(({ name, date }) => ({ name, isUtf8: true, date })),
    );
    for (const [at, bytes] of contents.entries()) assert.ok(read[at]?.bytes.equals(bytes), String(at));
    assert.equal(zip.length, zipLength(files));
  });

  const DAMAGES: [
    what: string,
    damage: (set: Awaited<ReturnType<typeof withFiles>>) => unknown,
    error: object,
  ][] = [
    ['is missing', ({ blobs, files }) => blobs.delete(files[1]?.blobId ?? ''), { code: 'not_found' }],
    [
      'has lost a part',
      ({ state, files }) => state.delete(`chunk:${files[1]?.blobId}:1`),
      { code: 'internal' },
    ],
    [
      'has other bytes',
      async ({ state, files }) => {
        const key = `chunk:${files[1]?.blobId}:1`;
        const bytes = await state.getBytes(key);
        const changed = Buffer.from(bytes ?? assert.fail()).map((byte) => byte ^ 1);
        await state.putBytes(key, Buffer.from(changed), { ttlSeconds: 60 });
      },
      { code: 'internal' },
    ],
    [
      'is longer than its job says',
      ({ files }) => Object.assign(files[1] ?? {}, { size: 2_499_999 }),
      { code: 'internal' },
    ],
  ];
  for (const [what, damage, error] of DAMAGES) {
    it(`fails before its end where a file in the middle ${what}`, async () => {
      const set = await withFiles(1000, 2_500_000, 1000);
      await damage(set);
      await assert.rejects(buffer(zipStream(set.blobs, set.files, signal)), error);
    });
  }

  it('reads one file at a time, and no faster than the archive is taken', async (context) => {
    const { blobs, files } = await withFiles(...Array.from({ length: 10 }, () => 3_000_000));
    const open = new Set<Readable>();
    let most = 0;
    const { read } = blobs;
    const reads = context.mock.method(blobs, 'read', (...args: Parameters<typeof read>) => {
      const stream = read(...args);
      open.add(stream);
      most = Math.max(most, open.size);
      return stream.once('close', () => open.delete(stream));
    });
    const zip = zipStream(blobs, files, signal);
    await runEventLoop();
    assert.ok(reads.mock.callCount() <= 1, 'nobody has taken anything yet');
    let taken = 0;
    for await (const part of zip) {
      taken += part.length;
      // A part of the next file may be read already.
      assert.ok(reads.mock.callCount() <= Math.floor(taken / 3_000_000) + 2, `${taken} bytes`);
      await runEventLoop(5);
    }
    assert.deepEqual([most, reads.mock.callCount(), open.size], [1, 10, 0]);
  });

  it('ends its reads when the signal is aborted', async (context) => {
    const { blobs, files } = await withFiles(3_000_000, 3_000_000);
    const abort = new AbortController();
    const reads = context.mock.method(blobs, 'read');
    const zip = zipStream(blobs, files, abort.signal).on('error', () => undefined);
    const parts = zip.iterator({ destroyOnReturn: false });
    while (reads.mock.callCount() === 0) await parts.next();
    await runEventLoop();
    const [first] = reads.mock.calls;
    assert.equal(first?.result?.destroyed, false);
    abort.abort();
    await runEventLoop();
    assert.deepEqual([reads.mock.callCount(), first.result.destroyed], [1, true]);
  });

  it('fails where a read never ends and the signal is aborted', async (context) => {
    const { blobs, files } = await withFiles(1000);
    context.mock.method(blobs, 'read', () => new Readable({ read: () => undefined }));
    const abort = new AbortController();
    const ended = assert.rejects(buffer(zipStream(blobs, files, abort.signal)), { name: 'AbortError' });
    await runEventLoop();
    abort.abort();
    await ended;
  });
});

describe('zipLength', () => {
  const GiB = 1024 ** 3;
  const LIMIT = 4 * GiB - 1;
  const name = 'é.mp3';
  const NAME_BYTES = 6;
  /** Local header, data descriptor, central header and the two names, without the data (APPNOTE.TXT 4.3). */
  const ENTRY = 30 + 16 + 46 + 2 * NAME_BYTES;
  const [END, ZIP64_END] = [22, 56 + 20];
  /** Id and length of the ZIP64 field, and its values of 8 bytes. */
  const field = (values: number) => 4 + 8 * values;
  const LENGTHS: [what: string, sizes: number[], overhead: number][] = [
    ['no file', [], END],
    ['one file', [1000], ENTRY + END],
    ['files below 4 GiB', [GiB, GiB, GiB], 3 * ENTRY + END],
    ['a file that begins behind 4 GiB', [2 * GiB, 2 * GiB, 1], 3 * ENTRY + field(1) + END + ZIP64_END],
    [
      'two files that begin behind 4 GiB',
      [3 * GiB, 3 * GiB, GiB, 5],
      4 * ENTRY + 2 * field(1) + END + ZIP64_END,
    ],
    ['a directory that begins behind 4 GiB', [2 * GiB, 2 * GiB], 2 * ENTRY + END + ZIP64_END],
    ['a file of 4 GiB', [LIMIT], ENTRY + 8 + field(3) + END + ZIP64_END],
    ['a file of just less than 4 GiB', [LIMIT - 1 - 1000], ENTRY + END],
  ];
  for (const [what, sizes, overhead] of LENGTHS) {
    it(`counts the headers of ${what}, and 64-bit ones where they are needed`, () => {
      const data = sizes.reduce((sum, size) => sum + size, 0);
      assert.equal(zipLength(sizes.map((size) => ({ name, size }))) - data, overhead);
    });
  }
});
