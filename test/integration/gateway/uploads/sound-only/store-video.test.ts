import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  createSoundWriter,
  type SoundWriter,
} from '../../../../../services/gateway/uploads/sound-only/sound-writer.ts';
import {
  createStoreVideo,
  type VideoToStore,
} from '../../../../../services/gateway/uploads/sound-only/store-video.ts';
import { createBlobStore } from '../../../../../services/shared/blobs/blob-store.ts';
import { createLog } from '../../../../../services/shared/runtime/log.ts';
import { createSpool, DiskFull, type Spool } from '../../../../../services/shared/runtime/spool.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { convertFile } from '../../../../support/converted.ts';
import { file, media, tone } from '../../../../support/media.ts';
import { inPieces } from '../../../../support/random.ts';
import { soundFilm } from '../../../../support/sound-films.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { mountTmpfs } from '../../../../support/tmpfs.ts';
import { waitFor } from '../../../../support/wait.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

interface Options {
  spoolBytes?: number;
  soundWriter?: Pick<SoundWriter, 'prepare' | 'write'>;
  /** Instead of one in a new folder. */
  spool?: Pick<Spool, 'use'>;
}

/** Stores files over a state store in memory, with a real spool and a real thread. */
function build(context: TestContext, { spoolBytes = GIB, ...options }: Options = {}) {
  const root = temporaryFolder(context);
  const blobs = createBlobStore(createMemoryState());
  const real = createSoundWriter();
  context.after(() => real.close());
  const { soundWriter = real, spool = createSpool(root) } = options;
  const store = createStoreVideo({
    ...{ blobs, soundWriter, spoolBytes, spool },
    log: createLog('gateway', 'silent'),
  });
  return {
    async store(bytes: Buffer, video: Partial<VideoToStore> = {}, signal = new AbortController().signal) {
      const id = randomUUID();
      const expires = new Date(Date.now() + 60_000);
      const stored = await store(
        {
          ...{ id, head: bytes.subarray(0, 400), bytes: inPieces(bytes, 60_000), isWhole: false },
          ...{ options: () => ({}), ...video },
        },
        { expires, signal },
      );
      assert.equal(stored.size, bytes.length);
      assert.equal(stored.sha256, createHash('sha256').update(bytes).digest('hex'));
      return { ...stored, blob: await buffer(blobs.read(id)) };
    },
    /** The folders of films in the spool. */
    folders: () => readdir(join(root, String(process.pid))).catch(() => []),
  };
}

const mp4 = () => soundFilm({ name: 'film.mp4', picture: 'h264', sounds: ['aac'] });
const mp3Of = async (path: string): Promise<Buffer> => {
  await using converted = await convertFile(path);
  return await readFile(converted.path);
};

describe('createStoreVideo', () => {
  const FILMS: [name: string, film: () => Promise<string>][] = [
    ['MP4 with its index at the end', mp4],
    [
      'MP4 with its index in front',
      () =>
        soundFilm({ name: 'film.mp4', picture: 'h264', sounds: ['aac'], mux: ['-movflags', '+faststart'] }),
    ],
    ['Matroska', () => soundFilm({ name: 'film.mkv', picture: 'h264', sounds: ['aac'] })],
    ['a transport stream', () => soundFilm({ name: 'film.ts', picture: 'h264', sounds: ['aac'] })],
    ['a program stream', () => soundFilm({ name: 'film.mpg', picture: 'mpeg2', sounds: ['ac3'] })],
    ['AVI', () => soundFilm({ name: 'film.avi', picture: 'mpeg4', sounds: ['libmp3lame'] })],
    ['FLV', () => soundFilm({ name: 'film.flv', picture: 'flv1', sounds: ['libmp3lame'], rate: 44_100 })],
  ];
  for (const [name, film] of FILMS) {
    it(`stores the sound of ${name}, which becomes the same MP3`, async (context) => {
      const { store, folders } = build(context);
      const path = await film();
      const bytes = await readFile(path);
      const { kept, blob } = await store(bytes);
      assert.equal(kept, 'sound');
      assert.ok(blob.length < 0.5 * bytes.length, `${blob.length} of ${bytes.length} bytes`);
      assert.ok((await mp3Of(path)).equals(await mp3Of(await file(`sound-${name.length}`, blob))));
      assert.deepEqual(await folders(), []);
    });
  }

  const WHOLE: [
    name: string,
    film: () => Promise<string>,
    options?: Options,
    video?: Partial<VideoToStore>,
  ][] = [
    [
      'a film of several audio tracks',
      () => soundFilm({ name: 'two.mp4', picture: 'h264', sounds: ['aac', 'ac3'] }),
    ],
    ['a film of which a picture is wanted', mp4, {}, { options: () => ({ cover: 'frame' }) }],
    ['a film that is to be kept whole', mp4, {}, { isWhole: true }],
    ['a film in Ogg', () => soundFilm({ name: 'film.ogv', picture: 'theora', sounds: ['libvorbis'] })],
    ['sound alone', () => media('sound.m4a', ...tone(600), '-c:a', 'aac', '-b:a', '128k')],
    [
      'a short film',
      () =>
        soundFilm({
          name: 'short.mp4',
          picture: 'h264',
          sounds: ['aac'],
          pictureSeconds: 1,
          soundSeconds: 1,
        }),
    ],
    ['a film for which no room is configured', mp4, { spoolBytes: 0 }],
    ['a film for which there is not enough room', mp4, { spoolBytes: 5 * MIB }],
    [
      'a film for which the disk has no room',
      mp4,
      { spool: { use: () => Promise.reject(new DiskFull('full')) } },
    ],
    ['a film that takes too long', mp4, { soundWriter: createSoundWriter(0) }],
    [
      'a film whose structures make the thread fail',
      mp4,
      { soundWriter: { prepare: () => undefined, write: () => Promise.reject(new Error('out of memory')) } },
    ],
  ];
  for (const [name, film, options, video] of WHOLE) {
    it(`stores ${name} byte for byte`, async (context) => {
      const { store, folders } = build(context, options);
      const bytes = await readFile(await film());
      const { kept, blob } = await store(bytes, video);
      assert.equal(kept, 'whole');
      assert.ok(blob.equals(bytes));
      assert.deepEqual(await folders(), []);
    });
  }

  it('stores a film that is cut off byte for byte, so that the converter can say so', async (context) => {
    const { store } = build(context);
    const bytes = (await readFile(await mp4())).subarray(0, 3 * MIB);
    const { kept, blob } = await store(bytes);
    assert.equal(kept, 'whole');
    assert.ok(blob.equals(bytes));
  });

  it('stores a film byte for byte on whose way the disk becomes full', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'mp3converter-'));
    const disk = await mountTmpfs(folder, 4);
    context.after(async () => {
      await disk?.unmount();
      await rm(folder, { recursive: true, force: true });
    });
    if (!disk) return context.skip('only root can mount a small disk');
    const bytes = await readFile(await mp4());
    assert.ok(bytes.length > 5 * MIB);
    const spool = createSpool(disk.path);
    // The disk is smaller than what has to be free.
    const use: typeof spool.use = (_bytes, work) => spool.use(0, work);
    const { kept, blob } = await build(context, { spool: { use } }).store(bytes);
    assert.equal(kept, 'whole');
    assert.ok(blob.equals(bytes));
  });

  it('leaves no folder where the client goes away', async (context) => {
    const { store, folders } = build(context);
    const bytes = await readFile(await mp4());
    const gone = new AbortController();
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 2 * MIB);
      assert.equal((await folders()).length, 1);
      gone.abort(new Error('the client went away'));
      await new Promise(() => undefined);
    }
    await assert.rejects(store(bytes, { bytes: cut() }, gone.signal), /the client went away/);
    assert.deepEqual(await folders(), []);
  });

  it('starts the thread before a film has arrived', async (context) => {
    const order: string[] = [];
    const soundWriter = {
      prepare: () => void order.push('prepare'),
      write: async () => order.push('write') === 0,
    };
    const bytes = await readFile(await mp4());
    async function* watched(): AsyncGenerator<Uint8Array> {
      yield bytes;
      order.push('arrived');
    }
    await build(context, { soundWriter }).store(bytes, { bytes: watched() });
    assert.deepEqual(order, ['prepare', 'arrived', 'write']);
  });

  it('gives the room of a film back, also of one that failed', async (context) => {
    const bytes = await readFile(await mp4());
    const { store } = build(context, { spoolBytes: 3 * bytes.length });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 4 * MIB);
      throw new Error('cut off');
    }
    for (let round = 0; round < 3; round++) {
      await assert.rejects(store(bytes, { bytes: failing() }), /cut off/);
      assert.equal((await store(bytes)).kept, 'sound');
    }
  });
});

describe('createSoundWriter', () => {
  it('survives a thread that fails while nobody waits for it, and starts another one', async (context) => {
    const folder = temporaryFolder(context);
    const marker = join(folder, 'started');
    const thread = join(folder, 'thread.mjs');
    // The first thread fails. Any other one answers.
    await writeFile(
      thread,
      `import { existsSync, writeFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      const isFirst = !existsSync(${JSON.stringify(marker)});
      writeFileSync(${JSON.stringify(marker)}, '');
      if (isFirst) throw new Error('no memory');
      parentPort.on('message', () => parentPort.postMessage({ isWritten: true }));`,
    );
    const writer = createSoundWriter(60_000, pathToFileURL(thread));
    context.after(() => writer.close());
    writer.prepare();
    await waitFor('the first thread', () => existsSync(marker));
    const request = { film: '', output: '', options: { cover: undefined, track: undefined } };
    const write = () => writer.write(request, new AbortController().signal);
    // The failure of the first thread may come after the request.
    const retryAfterFailure = (error: Error) => {
      assert.equal(error.message, 'no memory');
      return write();
    };
    assert.equal(await write().catch(retryAfterFailure), true);
  });

  it('goes on with the next film after one that took too long', async (context) => {
    const folder = temporaryFolder(context);
    const film = await mp4();
    const writer = createSoundWriter();
    context.after(() => writer.close());
    const write = (name: string, signal: AbortSignal) =>
      writer.write(
        { film, output: join(folder, name), options: { cover: undefined, track: undefined } },
        signal,
      );
    const impatient = new AbortController();
    const first = write('one', impatient.signal);
    const second = write('two', new AbortController().signal);
    impatient.abort(new Error('too long'));
    await assert.rejects(first, /too long/);
    assert.equal(await second, true);
    assert.ok((await readdir(folder)).includes('two'));
  });
});
