import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { BlobStore } from '../../services/shared/blobs/blob-store.ts';
import { unavailable } from '../../services/shared/runtime/errors.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { turns } from '../support/event-loop.ts';
import type { WatchedState } from './watched-state.ts';

const CHUNK = 1024 * 1024;
const HOUR = { expires: new Date(Date.now() + 3600_000) };

/** So many chunks, and then nothing more, not even an end. */
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

/** Whatever dies or fails in the middle of a write, the blob's id is enough to delete what there is of it. */
export function blobLeftovers(
  fresh: () => { state: StateStore; watch: WatchedState; blobs: BlobStore },
): void {
  describe('of a write that came to no end', () => {
    test('is told before the first chunk', async () => {
      const { blobs, watch } = fresh();
      const id = randomUUID();
      await blobs.write(id, chunksOf(1), HOUR);
      assert.deepEqual(
        watch.puts.map(({ key }) => key),
        [`blob:${id}`, `chunk:${id}:0`, `blob:${id}`],
      );
      await blobs.delete(id);
    });

    // What a process that is killed leaves: a write that goes no further.
    for (const chunks of [1, 3, 70]) {
      test(`${chunks} chunks are found and deleted; before, there is nothing to read`, async () => {
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

    test('is told again by a write that was taken for dead and goes on, before it ends', async () => {
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

    test('more is announced before what was announced is used up', async () => {
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

  test('a source that says nothing more is left when it is called off, and nothing remains', async () => {
    const { blobs, watch } = fresh();
    const off = new AbortController();
    const write = blobs.write(randomUUID(), hanging(3), { ...HOUR, signal: off.signal });
    await allPut(watch, 3);
    off.abort(new Error('the client left'));
    await assert.rejects(write, { message: 'the client left' });
    assert.deepEqual(await watch.remaining(), []);
  });

  test('nor is such a source waited for when the store fails', async () => {
    const { blobs, watch } = fresh();
    watch.onPut = (key, put) => (key.endsWith(':2') ? Promise.reject(new Error('wrong')) : put());
    await assert.rejects(blobs.write(randomUUID(), hanging(3), HOUR), { message: 'wrong' });
    assert.deepEqual(await watch.remaining(), []);
  });

  describe('when the store fails at', () => {
    const WHICH: [which: string, matches: RegExp, nth: number][] = [
      ['the announcement', /^blob:/, 1],
      ['the first chunk', /^chunk:.*:0$/, 1],
      ['a chunk in the middle', /^chunk:.*:5$/, 1],
      ['the last chunk', /^chunk:.*:9$/, 1],
      ['the manifest', /^blob:/, 2],
    ];
    const HOW: [how: string, arrives: 'never' | 'at once'][] = [
      ['did not arrive', 'never'],
      ['arrived, but the answer was lost', 'at once'],
    ];
    for (const [which, matches, nth] of WHICH) {
      for (const [how, arrives] of HOW) {
        for (const [error, known] of [
          [new Error('refused'), true],
          [unavailable('the store'), false],
        ] as const) {
          const rest = known ? 'nothing is left' : 'what may be left can be deleted';
          test(`${which}, which ${how}: ${rest}`, async () => {
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

    test('a chunk that arrives when the write has failed already: its blob can still be deleted', async () => {
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

/** Waits until so many chunks were put and answered. */
async function allPut(watch: WatchedState, chunks: number): Promise<void> {
  const arrived = async () => (await watch.remaining()).filter((key) => key.startsWith('chunk:')).length;
  while ((await arrived()) < chunks) await turns(1);
  await turns();
}
