import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { createSweepUploads } from '../../../../../services/gateway/sweep/sweep-uploads.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import type { Reply } from '../../../../support/in-process.ts';
import { createInterceptedStore, type Intercept } from '../../intercepted-store.ts';
import { mp4 } from '../../sample-uploads.ts';
import { buildGateway, type Gateway } from '../../test-gateway.ts';
import { BYTES, checksum, cutPatch, metadata, tusClient } from './tus-client.ts';

const maxUploadBytes = 10_000_000;
const FILE = mp4(2_600_000);
const CUT = 1_300_000;

/** Gateways over one store. */
function replicas() {
  const memory = createMemoryState(() => Date.now());
  return {
    memory,
    start: (intercept?: Intercept): Gateway =>
      buildGateway({
        maxUploadBytes,
        state: intercept
          ? { ...createInterceptedStore(memory, { call: intercept }), keys: memory.keys }
          : memory,
      }),
  };
}

/** Passes until everything has stalled that no request takes care of. */
async function sweep({ resumable, lines: _ }: Gateway): Promise<void> {
  const sweepUploads = createSweepUploads({ resumable, stallTimeoutMs: 0, log: resumable.log });
  for (let passes = 0; passes < 4; passes++) await sweepUploads.pass(new AbortController().signal);
}

async function readJob({ jobs, blobs }: Gateway, id: string) {
  const { document: job } = await jobs.get(id);
  return { job, bytes: Buffer.concat(await Array.fromAsync(blobs.read(job.videoBlobId))) };
}

/** Asserts that there is one job with the whole file, and not one key that belongs to nobody. */
async function assertOneJob(gateway: Gateway, path: string): Promise<void> {
  const view = (await tusClient(gateway).get(path)).json;
  assert.equal(view.offset, FILE.length);
  const { job, bytes } = await readJob(gateway, view.job.id);
  assert.ok(FILE.equals(bytes), 'the file is damaged');
  assert.equal(job.status, 'queued');
  await sweep(gateway);
  const keys = gateway.state.keys();
  assert.deepEqual(
    keys.filter((key) => key.startsWith('job:')),
    [`job:${job.id}`],
  );
  const blobKeys = keys.filter((key) => /^(blob|chunk|tail):/.test(key)).sort();
  const expected = [0, 1, 2].map((index) => `chunk:${job.videoBlobId}:${index}`);
  assert.deepEqual(blobKeys, [`blob:${job.videoBlobId}`, ...expected].sort());
  assert.deepEqual((await Array.fromAsync(gateway.resumable.openUploads.read())).length, 0);
  assert.deepEqual(
    (await Array.fromAsync(gateway.index.listActive())).flat().map(({ id }) => id),
    [job.id],
  );
}

describe('an upload on two gateways', () => {
  it('goes on at the second one where the first one has stopped', async () => {
    const { start } = replicas();
    const [one, two] = [start(), start()];
    const path = await tusClient(one).create(FILE.length);
    await tusClient(one).patch(path, 0, FILE.subarray(0, CUT));
    assert.equal((await tusClient(two).head(path)).headers['upload-offset'], String(CUT));
    assert.equal((await tusClient(two).patch(path, CUT, FILE.subarray(CUT, 2_000_000))).status, 204);
    assert.equal((await tusClient(one).patch(path, CUT, FILE.subarray(CUT))).status, 409);
    const last = await tusClient(one).patch(path, 2_000_000, FILE.subarray(2_000_000));
    assert.ok(last.headers['mp3-job']);
    await assertOneJob(two, path);
    assert.equal(one.publishedVideos.length + two.publishedVideos.length, 1);
  });

  it('refuses the late saves of a request whose lock was lost', async () => {
    const { start } = replicas();
    const [slow, fast] = [start(), start()];
    const path = await tusClient(slow).create(FILE.length);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    const { promise: isWaiting, resolve: wait } = Promise.withResolvers<void>();
    async function* slowly() {
      yield FILE.subarray(0, CUT);
      wait();
      await resumed;
      yield FILE.subarray(CUT, 2_200_000);
    }
    const stalled = tusClient(slow).patch(path, 0, slowly());
    await isWaiting;
    const tus = tusClient(fast);
    const offset = Number((await tus.head(path)).headers['upload-offset']);
    await tus.patch(path, offset, FILE.subarray(offset, CUT + 100));
    resume();
    const late = await stalled;
    assert.deepEqual([late.status, late.json.code], [423, 'upload_locked']);
    assert.equal((await tus.head(path)).headers['upload-offset'], String(CUT + 100));
    await tus.patch(path, CUT + 100, FILE.subarray(CUT + 100));
    await assertOneJob(fast, path);
  });

  /** Waits until the first chunk of the only upload is stored. */
  async function firstChunk({ state, resumable }: Gateway): Promise<void> {
    const id = state.keys().flatMap((key) => /^upload:(.*)/.exec(key)?.[1] ?? [])[0] ?? '';
    while (((await resumable.records.find(id))?.checkpoint.offset ?? 0) < 1024 ** 2)
      await new Promise((resolve) => setImmediate(resolve));
  }

  it('keeps what has arrived when the client goes away', async () => {
    const { start } = replicas();
    const gateway = start();
    const tus = tusClient(gateway);
    const path = await tus.create(FILE.length);
    const bytes = FILE.subarray(0, CUT);
    await cutPatch(gateway, path, { bytes, length: FILE.length, sent: () => firstChunk(gateway) });
    const offset = Number((await tus.head(path)).headers['upload-offset']);
    assert.ok(offset >= 1024 ** 2 && offset <= CUT, `${offset}`);
    await tus.patch(path, offset, FILE.subarray(offset));
    await assertOneJob(gateway, path);
    assert.ok(!gateway.lines.text().includes('"level":50'), 'a client that goes away is no error');
  });

  it('keeps what has arrived when the gateway stops, and tells the client how much that is', async () => {
    const { start } = replicas();
    const [one, two] = [start(), start()];
    const path = await tusClient(one).create(FILE.length);
    async function* untilStopped() {
      yield FILE.subarray(0, CUT);
      await firstChunk(one);
      one.stopping.abort();
      yield FILE.subarray(CUT);
    }
    const reply = await tusClient(one).patch(path, 0, untilStopped());
    const offset = Number(reply.headers['upload-offset']);
    assert.equal(reply.status, 204);
    assert.ok(offset >= 1024 ** 2 && offset <= CUT, `${offset}`);
    assert.equal((await tusClient(two).head(path)).headers['upload-offset'], String(offset));
    await tusClient(two).patch(path, offset, FILE.subarray(offset));
    await assertOneJob(two, path);
  });
});

/** The client of an upload, which may have to go on at another gateway. */
interface Progress {
  path: string | undefined;
  /** The highest offset that a gateway has told. */
  acknowledged: number;
}

const headers = { 'upload-length': String(FILE.length), 'upload-metadata': metadata({ filename: 'a.mp4' }) };

type Way = (gateway: Gateway, progress: Progress, key: string) => Promise<void>;

const note = (progress: Progress, { status, headers, text }: Reply): void => {
  assert.ok(status < 300, text);
  progress.path ??= headers.location as string | undefined;
  progress.acknowledged = Math.max(progress.acknowledged, Number(headers['upload-offset'] ?? 0));
};

const inTwoParts: Way = async (gateway, progress, key) => {
  const tus = tusClient(gateway);
  note(progress, await tus.post({ ...headers, 'idempotency-key': key }));
  const path = progress.path ?? '';
  note(progress, await tus.patch(path, 0, FILE.subarray(0, CUT)));
  note(progress, await tus.patch(path, CUT, FILE.subarray(CUT)));
};
const atOnce: Way = async (gateway, progress, key) => {
  const tus = tusClient(gateway);
  note(progress, await tus.post({ ...headers, 'idempotency-key': key, 'content-type': BYTES }, FILE));
};
const withChecksum: Way = async (gateway, progress, key) => {
  const tus = tusClient(gateway);
  note(progress, await tus.post({ ...headers, 'idempotency-key': key }));
  const path = progress.path ?? '';
  for (const [from, to] of [
    [0, CUT],
    [CUT, FILE.length],
  ] as const) {
    const bytes = FILE.subarray(from, to);
    note(progress, await tus.patch(path, from, bytes, { 'upload-checksum': checksum(bytes) }));
  }
};

/** Goes on at another gateway, as a client does. */
async function finishElsewhere(context: TestContext, gateway: Gateway, progress: Progress, key: string) {
  const tus = tusClient(gateway);
  const create = () => tus.post({ ...headers, 'idempotency-key': key });
  if (progress.path === undefined) {
    let created = await create();
    if (created.status === 409) {
      assert.equal(created.json.code, 'upload_in_progress');
      // The first gateway has claimed the key, and died before it had saved the upload.
      context.mock.timers.setTime(Date.now() + 61_000);
      created = await create();
    }
    note(progress, created);
  }
  const path = progress.path ?? '';
  const head = await tus.head(path);
  assert.equal(head.status, 200);
  const offset = Number(head.headers['upload-offset']);
  assert.ok(offset >= progress.acknowledged, `${offset} < ${progress.acknowledged}`);
  if (offset < FILE.length) note(progress, await tus.patch(path, offset, FILE.subarray(offset)));
  else assert.ok(head.headers['mp3-job']);
  return path;
}

describe('an upload whose gateway dies at a call of the store', () => {
  const WAYS: [what: string, way: Way][] = [
    ['in two parts', inTwoParts],
    ['at once', atOnce],
    ['in two parts with checksums', withChecksum],
  ];
  const never = <T>() => new Promise<T>(() => undefined);

  for (const [what, way] of WAYS)
    for (const isExecuted of [false, true])
      it(`${what} is finished by another one, where the call was ${isExecuted ? '' : 'not '}executed`, async (context) => {
        let calls = 0;
        const counting: Intercept = (_what, call) => {
          calls++;
          return call();
        };
        await way(replicas().start(counting), { path: undefined, acknowledged: 0 }, randomUUID());
        assert.ok(calls > 15 && calls < 150, `${calls}`);

        for (let last = 1; last <= calls; last++)
          await context.test(`holds for call ${last} of ${calls}`, async (context) => {
            context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
            const { start } = replicas();
            const { promise: death, resolve: die } = Promise.withResolvers<void>();
            let count = 0;
            const dying: Intercept = async (_what, call) => {
              count++;
              if (count < last) return call();
              if (count === last && isExecuted) await call();
              die();
              return never();
            };
            const progress: Progress = { path: undefined, acknowledged: 0 };
            const key = randomUUID();
            await Promise.race([way(start(dying), progress, key), death]);
            for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
            const other = start();
            const path = await finishElsewhere(context, other, progress, key);
            await assertOneJob(other, path);
          });
      });
});
