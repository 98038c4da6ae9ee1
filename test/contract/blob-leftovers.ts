import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { BlobStore } from '../../services/shared/blobs/blob-store.ts';
import { unavailable } from '../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../support/event-loop.ts';
import type { StateUnderTest } from './state-store.ts';
import type { WatchedState } from './watched-state.ts';

const CHUNK = 1024 * 1024;
const HOUR = { expires: new Date(Date.now() + 3600_000) };

/** Yields so many chunks, and then neither a further chunk nor an end. */
async function* hanging(chunks: number, source = { released: false }) {
  try {
    for (let count = 0; count < chunks; count++) yield Buffer.alloc(CHUNK, count);
    await new Promise(() => undefined);
  } finally {
    source.released = true;
  }
}

async function* chunksOf(count: number) {
  for (let chunk = 0; chunk < count; chunk++) yield Buffer.alloc(CHUNK, chunk);
}

/** Makes a blob store over a watched store. */
export type FreshBlobs = () => StateUnderTest & { watch: WatchedState; blobs: BlobStore };

/** Whatever dies or fails during a write, the id of the blob is enough to delete everything that was stored. */
export function blobLeftovers(fresh: FreshBlobs): void {
  testManifests(fresh);
  testSilentSources(fresh);
  testStoreFailures(fresh);
}

function testManifests(fresh: FreshBlobs): void {
  describe('the manifest of an unfinished write', () => {
    test('is stored before the first chunk', async () => {
      const { blobs, watch } = fresh();
      const id = randomUUID();
      await blobs.write(id, chunksOf(1), HOUR);
      assert.deepEqual(
        watch.puts.map(({ key }) => key),
        [`blob:${id}`, `chunk:${id}:0`, `blob:${id}`],
      );
      await blobs.delete(id);
    });

    // This write stands for a process that was killed: it does not go on.
    for (const chunks of [1, 3, 70]) {
      test(`is enough to delete ${chunks} chunks, which cannot be read`, async () => {
        const { blobs, watch } = fresh();
        const id = randomUUID();
        const off = new AbortController();
        const dead = blobs.write(id, hanging(chunks), { ...HOUR, signal: off.signal });
        await allPut(watch, chunks);
        assert.equal(await blobs.stat(id), undefined);
        await assert.rejects(buffer(blobs.read(id)), { code: 'not_found' });
        await blobs.delete(id);
        assert.deepEqual(await watch.remaining(), []);
        off.abort(new Error('the end of the test'));
        await assert.rejects(dead, { message: 'the end of the test' });
      });
    }

    test('is stored again by a write that was taken for dead and goes on', async () => {
      const { blobs, watch } = fresh();
      const id = randomUUID();
      const wake = Promise.withResolvers<void>();
      async function* frozen() {
        yield* chunksOf(2);
        await wake.promise;
        yield* chunksOf(1);
        throw new Error('the job is somebody else’s');
      }
      const write = blobs.write(id, frozen(), HOUR);
      await allPut(watch, 2);
      await blobs.delete(id);
      watch.onDelete = (key, remove) => (key.endsWith(':2') ? Promise.reject(new Error('killed')) : remove());
      wake.resolve();
      await assert.rejects(write, AggregateError);
      assert.deepEqual((await watch.remaining()).toSorted(), [`blob:${id}`, `chunk:${id}:2`]);
      watch.onDelete = (_key, remove) => remove();
      await blobs.delete(id);
      assert.deepEqual(await watch.remaining(), []);
    });

    test('announces more chunks before the announced ones are used up', async () => {
      const { blobs, watch } = fresh();
      const id = randomUUID();
      await blobs.write(id, chunksOf(130), HOUR);
      const keys = watch.puts.map(({ key }) => key);
      const announcements = keys.flatMap((key, at) => (key.startsWith('blob:') ? [at] : []));
      const written = announcements.map(
        (at) => keys.slice(0, at).filter((key) => key.startsWith('chunk:')).length,
      );
      assert.deepEqual(written, [0, 64, 128, 130]);
      await blobs.delete(id);
      assert.deepEqual(await watch.remaining(), []);
    });
  });
}

function testSilentSources(fresh: FreshBlobs): void {
  test('a write with a silent source ends when its signal is aborted, and leaves nothing', async () => {
    const { blobs, watch } = fresh();
    const off = new AbortController();
    const write = blobs.write(randomUUID(), hanging(3), { ...HOUR, signal: off.signal });
    await allPut(watch, 3);
    off.abort(new Error('the client left'));
    await assert.rejects(write, { message: 'the client left' });
    assert.deepEqual(await watch.remaining(), []);
  });

  test('a write with a silent source ends when the store fails, and leaves nothing', async () => {
    const { blobs, watch } = fresh();
    watch.onPut = (key, put) => (key.endsWith(':2') ? Promise.reject(new Error('wrong')) : put());
    await assert.rejects(blobs.write(randomUUID(), hanging(3), HOUR), { message: 'wrong' });
    assert.deepEqual(await watch.remaining(), []);
  });
}

function testStoreFailures(fresh: FreshBlobs): void {
  describe('when the store fails', () => {
    const WHICH: [which: string, matches: RegExp, nth: number][] = [
      ['the first manifest', /^blob:/, 1],
      ['the first chunk', /^chunk:.*:0$/, 1],
      ['a chunk in the middle', /^chunk:.*:5$/, 1],
      ['the last chunk', /^chunk:.*:9$/, 1],
      ['the complete manifest', /^blob:/, 2],
    ];
    const HOW: [how: string, arrives: 'never' | 'at once'][] = [
      ['did not arrive', 'never'],
      ['arrived without a response', 'at once'],
    ];
    for (const [which, matches, nth] of WHICH) {
      for (const [how, arrives] of HOW) {
        for (const [error, known] of [
          [new Error('refused'), true],
          [unavailable('the store'), false],
        ] as const) {
          const rest = known ? 'the write leaves nothing' : 'everything that is left can be deleted';
          test(`at ${which}, which ${how}, ${rest}`, async () => {
            const { blobs, watch } = fresh();
            let seen = 0;
            watch.onPut = async (key, put) => {
              const fails = matches.test(key) && ++seen === nth;
              if (!fails || arrives === 'at once') await put();
              if (fails) throw error;
            };
            const id = randomUUID();
            await assert.rejects(blobs.write(id, chunksOf(10), HOUR), error);
            const left = await watch.remaining();
            if (known) assert.deepEqual(left, []);
            else assert.ok(left.every((key) => key === `blob:${id}`));
            await blobs.delete(id);
            assert.deepEqual(await watch.remaining(), []);
          });
        }
      }
    }

    test('a blob can still be deleted after a chunk has arrived late', async () => {
      const { blobs, watch } = fresh();
      let late: (() => Promise<void>) | undefined;
      watch.onPut = async (key, put) => {
        if (!key.endsWith(':1')) return put();
        late = put;
        throw unavailable('the store');
      };
      const id = randomUUID();
      await assert.rejects(blobs.write(id, chunksOf(3), HOUR), { code: 'unavailable' });
      await late?.();
      assert.ok((await watch.remaining()).includes(`chunk:${id}:1`));
      await blobs.delete(id);
      assert.deepEqual(await watch.remaining(), []);
    });
  });
}

/** Waits until so many chunks are stored, and their responses have come. */
async function allPut(watch: WatchedState, chunks: number): Promise<void> {
  const arrived = async () => (await watch.remaining()).filter((key) => key.startsWith('chunk:')).length;
  while ((await arrived()) < chunks) await runEventLoop(1);
  await runEventLoop();
}
