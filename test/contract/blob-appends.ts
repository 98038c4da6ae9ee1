import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { EMPTY } from '../../services/shared/blobs/blob-store.ts';
import { eventually, runEventLoop } from '../support/event-loop.ts';
import { inPieces, randomBytes, randomNumbers } from '../support/random.ts';
import type { FreshBlobs } from './blob-leftovers.ts';
import { EXPIRES, LOST, type ResumableUpload, resumableUpload } from './resumable-upload.ts';
import type { WatchedState } from './watched-state.ts';

const CHUNK = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The keys of a complete blob. */
function keysOf({ id, bytes }: ResumableUpload): string[] {
  const chunks = Array.from(
    { length: Math.ceil(bytes.length / CHUNK) },
    (_, index) => `chunk:${id}:${index}`,
  );
  return [`blob:${id}`, ...chunks].toSorted();
}

const CUTS: [what: string, ends: number[]][] = [
  ['nothing', []],
  ['one byte', [1]],
  ['one byte after another', [1, 2, 3]],
  ['one whole chunk', [CHUNK]],
  ['chunks one by one', [CHUNK, 2 * CHUNK, 3 * CHUNK]],
  ['a tail that becomes a chunk exactly', [CHUNK - 7, CHUNK]],
  ['a tail that grows beyond its chunk', [CHUNK - 7, CHUNK + 7]],
  ['a tail that grows several times', [10, 20, CHUNK - 1, CHUNK + 1]],
  ['the same end again and again', [CHUNK + 9, CHUNK + 9, CHUNK + 9]],
  ['many chunks at once', [70 * CHUNK + 3]],
];

function randomCuts(seed: number): number[] {
  const random = randomNumbers(seed);
  const size = random(6 * CHUNK);
  return [...Array.from({ length: random(7) }, () => random(size)), size].toSorted((a, b) => a - b);
}

/** An upload that is appended in parts is the same blob as one that is written at once. */
export function blobAppends(fresh: FreshBlobs): void {
  testCuts(fresh);
  testEarlyEnds(fresh);
  testCheckpoints(fresh);
  testCompletion(fresh);
  testReservation(fresh);
  testAppendLives(fresh);
}

function testCuts(fresh: FreshBlobs): void {
  const cuts = [1, 2, 3, 4, 5].map((seed): [string, number[]] => [
    `at random (seed ${seed})`,
    randomCuts(seed),
  ]);
  describe('an upload that arrives in parts is stored as it was sent', () => {
    for (const [what, ends] of [...CUTS, ...cuts]) {
      test(`${what}: ${ends.join(', ')}`, async () => {
        const { blobs, watch } = fresh();
        const upload = resumableUpload(randomBytes(ends.at(-1) ?? 0));
        for (const end of ends) {
          const { checkpoint, error } = await upload.takeOver().append(blobs, end);
          assert.deepEqual([checkpoint.offset, error], [end, undefined]);
          assert.deepEqual(upload.checkpoint, checkpoint);
          assert.equal(await blobs.stat(upload.id), undefined);
        }
        const blob = await upload.takeOver().complete(blobs);
        assert.deepEqual(blob, {
          id: upload.id,
          size: upload.bytes.length,
          sha256: sha256(upload.bytes),
        });
        assert.deepEqual(await blobs.stat(upload.id), blob);
        assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
        assert.deepEqual((await watch.remaining()).toSorted(), keysOf(upload));
        await blobs.delete(upload.id);
        assert.deepEqual(await watch.remaining(), []);
      });
    }
  });
}

function testEarlyEnds(fresh: FreshBlobs): void {
  for (const arrived of [0, 5, CHUNK, 2 * CHUNK + 77]) {
    test(`stores the ${arrived} bytes that a source has given before it failed`, async () => {
      const { blobs } = fresh();
      const upload = resumableUpload(randomBytes(3 * CHUNK));
      const failure = new Error('the connection was reset');
      async function* failing(bytes: Buffer) {
        yield* inPieces(bytes);
        throw failure;
      }
      const { checkpoint, error } = await upload.takeOver().append(blobs, arrived, { source: failing });
      assert.deepEqual([checkpoint.offset, error], [arrived, failure]);
      await upload.takeOver().append(blobs, upload.bytes.length);
      await upload.takeOver().complete(blobs);
      assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
      await blobs.delete(upload.id);
    });
  }

  test('stores what has arrived when its signal is aborted while the source is silent', async () => {
    const { blobs } = fresh();
    const upload = resumableUpload(randomBytes(CHUNK + 8));
    const off = new AbortController();
    const source = { isSilent: false };
    async function* silent(bytes: Buffer) {
      yield* inPieces(bytes);
      source.isSilent = true;
      await new Promise(() => undefined);
    }
    const append = upload.takeOver().append(blobs, CHUNK + 8, { source: silent, signal: off.signal });
    await eventually(() => source.isSilent);
    const letGo = new Error('another request wants the upload');
    off.abort(letGo);
    const { checkpoint, error } = await append;
    assert.deepEqual([checkpoint.offset, error], [CHUNK + 8, letGo]);
    await upload.takeOver().complete(blobs);
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    await blobs.delete(upload.id);
  });

  test('stores nothing and saves nothing when nothing arrives', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(Buffer.alloc(0));
    await upload.takeOver().append(blobs, 0);
    await upload.takeOver().append(blobs, 0, { signal: AbortSignal.abort(new Error('off')) });
    assert.deepEqual([watch.puts, upload.saves], [[], []]);
  });
}

const chunkPuts = ({ puts }: WatchedState) => puts.filter(({ key }) => key.startsWith('chunk:')).length;

function testCheckpoints(fresh: FreshBlobs): void {
  test('saves checkpoints in order, one at a time, and leaves out those that a slow save has missed', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(9 * CHUNK + 1));
    const holder = upload.takeOver();
    const gate = Promise.withResolvers<void>();
    let saving = 0;
    const save: typeof holder.save = async (checkpoint) => {
      assert.equal(++saving, 1);
      await gate.promise;
      await holder.save(checkpoint);
      saving--;
    };
    const append = holder.append(blobs, upload.bytes.length, { save });
    await eventually(() => chunkPuts(watch) === 9);
    gate.resolve();
    await append;
    const offsets = upload.saves.map(({ offset }) => offset);
    assert.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
    );
    // When the first save ended, it had missed at least 4 chunks, which then take one save together. At most 4 more were on
    // their way, and the tail comes after them.
    assert.ok(offsets.length <= 7, `${offsets.length} saves`);
    assert.equal(offsets.at(-1), upload.bytes.length);
    await blobs.delete(upload.id);
  });

  test('saves no checkpoint before all chunks in front of it are stored', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(6 * CHUNK));
    const gate = Promise.withResolvers<void>();
    watch.onPut = async (key, put) => {
      if (key.endsWith(':1')) await gate.promise;
      return put();
    };
    const append = upload.takeOver().append(blobs, upload.bytes.length);
    await eventually(() => chunkPuts(watch) >= 4 && upload.saves.length > 0);
    await runEventLoop();
    assert.deepEqual(
      upload.saves.map(({ offset }) => offset),
      [CHUNK],
    );
    gate.resolve();
    assert.equal((await append).checkpoint.offset, 6 * CHUNK);
    await blobs.delete(upload.id);
  });

  test('has at most 4 puts in flight, and does not read ahead of them', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(20 * CHUNK));
    const gate = Promise.withResolvers<void>();
    watch.onPut = async (key, put) => {
      if (key.startsWith('chunk:')) await gate.promise;
      return put();
    };
    let taken = 0;
    async function* counted(bytes: Buffer) {
      for (let at = 0; at < bytes.length; at += CHUNK) {
        taken++;
        yield bytes.subarray(at, at + CHUNK);
      }
    }
    const append = upload.takeOver().append(blobs, upload.bytes.length, { source: counted });
    await eventually(() => chunkPuts(watch) === 4);
    await runEventLoop();
    assert.deepEqual([chunkPuts(watch), taken], [4, 4]);
    gate.resolve();
    await append;
    await upload.takeOver().complete(blobs);
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    await blobs.delete(upload.id);
  });

  test('ends with the error of a save, and the upload can be resumed', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(5 * CHUNK + 5));
    const holder = upload.takeOver();
    const failure = new Error('no document today');
    // How many checkpoints are saved before depends on the speed of the store. The last one always comes.
    const save: typeof holder.save = (checkpoint) =>
      checkpoint.offset > 2 * CHUNK ? Promise.reject(failure) : holder.save(checkpoint);
    await assert.rejects(holder.append(blobs, upload.bytes.length, { save }), failure);
    assert.ok(upload.checkpoint.offset <= 2 * CHUNK);
    await upload.takeOver().append(blobs, upload.bytes.length);
    await upload.takeOver().complete(blobs);
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    assert.deepEqual((await watch.remaining()).toSorted(), keysOf(upload));
    await blobs.delete(upload.id);
  });

  test('deletes nothing of an append that has gone on from its checkpoint', async () => {
    const { blobs } = fresh();
    const upload = resumableUpload(randomBytes(2 * CHUNK));
    await upload.takeOver().append(blobs, 100);
    const stopped = upload.takeOver();
    await upload.takeOver().append(blobs, 200);
    await assert.rejects(stopped.append(blobs, 300), LOST);
    await upload.takeOver().append(blobs, upload.bytes.length);
    await upload.takeOver().complete(blobs);
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    await blobs.delete(upload.id);
  });

  test('throws when the tail of its checkpoint is not there, or no hash', async () => {
    const { blobs, state } = fresh();
    const upload = resumableUpload(randomBytes(500));
    await upload.takeOver().append(blobs, 100);
    await state.delete(`tail:${upload.id}:${upload.checkpoint.tail}`);
    await assert.rejects(upload.takeOver().append(blobs, 200), { code: 'internal' });
    await assert.rejects(upload.takeOver().complete(blobs), { code: 'internal' });
    upload.checkpoint = { ...upload.checkpoint, offset: CHUNK, hash: 'YWJj', tail: null };
    await assert.rejects(upload.takeOver().append(blobs, CHUNK + 1));
    await blobs.delete(upload.id);
  });
}

function testCompletion(fresh: FreshBlobs): void {
  test('completes a blob once, however often it is asked to, and then refuses further bytes', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(CHUNK + 9));
    await upload.takeOver().append(blobs, CHUNK + 9);
    const completed = await Promise.all([1, 2, 3].map(() => upload.takeOver().complete(blobs)));
    completed.push(await upload.takeOver().complete(blobs));
    assert.equal(new Set(completed.map((blob) => JSON.stringify(blob))).size, 1);
    assert.equal(completed[0]?.size, CHUNK + 9);
    const more = resumableUpload(randomBytes(2 * CHUNK));
    Object.assign(more, { id: upload.id, checkpoint: upload.checkpoint });
    await assert.rejects(more.takeOver().append(blobs, 2 * CHUNK), { code: 'state_conflict' });
    await assert.rejects(blobs.complete(upload.id, EMPTY, { expires: EXPIRES }), { code: 'internal' });
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    assert.deepEqual((await watch.remaining()).toSorted(), keysOf(upload));
    await blobs.delete(upload.id);
  });

  test('neither appends to a blob that was deleted nor completes it, and leaves nothing', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(3 * CHUNK));
    await upload.takeOver().append(blobs, CHUNK);
    await blobs.delete(upload.id);
    await assert.rejects(upload.takeOver().append(blobs, 3 * CHUNK), { code: 'not_found' });
    await assert.rejects(upload.takeOver().complete(blobs), { code: 'not_found' });
    assert.deepEqual(await watch.remaining(), []);
  });

  test('deletes all that was appended, also beyond the last checkpoint', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(4 * CHUNK + 4));
    const save = () => Promise.reject(LOST);
    await upload.takeOver().append(blobs, 7);
    await assert.rejects(upload.takeOver().append(blobs, upload.bytes.length, { save }), LOST);
    assert.ok((await watch.remaining()).length >= 3);
    assert.equal(await blobs.delete(upload.id), true);
    assert.deepEqual(await watch.remaining(), []);
  });
}

/** A write of many chunks whose checkpoint is lost, and a short one after it. */
function testReservation(fresh: FreshBlobs): void {
  test('deletes chunks beyond those that a later append has announced', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(70 * CHUNK));
    const lost = async () => {
      await eventually(() => chunkPuts(watch) === 70);
      throw LOST;
    };
    await assert.rejects(upload.takeOver().append(blobs, upload.bytes.length, { save: lost }), LOST);
    await upload.takeOver().append(blobs, CHUNK);
    await blobs.delete(upload.id);
    assert.deepEqual(await watch.remaining(), []);
  });
}

function testAppendLives(fresh: FreshBlobs): void {
  const livesOf = ({ puts }: WatchedState, prefix: RegExp) =>
    puts.flatMap(({ key, ttlSeconds }) => (prefix.test(key) ? [ttlSeconds ?? 0] : []));

  test('gives chunks and tails a longer TTL than every manifest', async () => {
    const { blobs, watch } = fresh();
    const upload = resumableUpload(randomBytes(CHUNK + 1));
    await upload.takeOver().append(blobs, 50);
    await upload.takeOver().append(blobs, CHUNK + 1);
    await upload.takeOver().complete(blobs);
    const [manifests, bytes] = [livesOf(watch, /^blob:/), livesOf(watch, /^(chunk|tail):/)];
    assert.deepEqual([manifests.length, bytes.length], [3, 4]);
    assert.ok(Math.min(...manifests) > (EXPIRES.getTime() - Date.now()) / 1000);
    assert.ok(Math.min(...bytes) > Math.max(...manifests), 'bytes expire before their manifest');
    await blobs.delete(upload.id);
  });

  test('refuses to complete a blob whose first chunks would expire before it', async () => {
    const { blobs } = fresh();
    const id = randomUUID();
    const soon = new Date(EXPIRES.getTime() - 60_000);
    const save = async () => undefined;
    const options = { signal: new AbortController().signal, save };
    const first = await blobs.append(id, EMPTY, inPieces(randomBytes(CHUNK)), { ...options, expires: soon });
    const { checkpoint } = await blobs.append(id, first.checkpoint, inPieces(randomBytes(9)), {
      ...options,
      expires: EXPIRES,
    });
    await assert.rejects(blobs.complete(id, checkpoint, { expires: EXPIRES }), { code: 'internal' });
    await blobs.complete(id, checkpoint, { expires: soon });
    assert.equal((await buffer(blobs.read(id))).length, CHUNK + 9);
    await blobs.delete(id);
  });

  test('keeps every chunk until the job of the blob expires', async (context) => {
    const { blobs, advance } = fresh();
    if (!advance) return context.skip('its clock cannot be moved');
    const upload = resumableUpload(randomBytes(2 * CHUNK + 1));
    await upload.takeOver().append(blobs, CHUNK + 1);
    await upload.takeOver().append(blobs, upload.bytes.length);
    await upload.takeOver().complete(blobs);
    advance((EXPIRES.getTime() - Date.now()) / 1000);
    assert.ok(upload.bytes.equals(await buffer(blobs.read(upload.id))));
    advance(601);
    assert.equal(await blobs.stat(upload.id), undefined);
  });
}
