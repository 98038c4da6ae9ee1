import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { type Locker, MemoryLocker } from '@tus/server';
import { pino } from 'pino';
import { createSweepUploads } from '../../../../../services/gateway/sweep/sweep-uploads.ts';
import { createLeaseLocker } from '../../../../../services/gateway/uploads/tus/lease-locker.ts';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { runEventLoop } from '../../../../support/event-loop.ts';
import type { Reply } from '../../../../support/in-process.ts';
import { asOtherProcess } from '../../../../support/other-process.ts';
import { createInterceptedStore, type Intercept } from '../../intercepted-store.ts';
import { mp4 } from '../../sample-uploads.ts';
import { buildGateway, type Gateway } from '../../test-gateway.ts';
import { fastClock } from './fast-clock.ts';
import { BYTES, checksum, cutPatch, metadata, tusClient } from './tus-client.ts';

const maxUploadBytes = 10_000_000;
const FILE = mp4(1_300_000);
const CUT = 1_100_000;

/** Gateways over one store. */
function replicas() {
  const memory = createMemoryState(() => Date.now());
  return {
    memory,
    start: (intercept?: Intercept, locker?: Locker): Gateway =>
      buildGateway({
        maxUploadBytes,
        ...(locker && { locker }),
        state: intercept
          ? { ...createInterceptedStore(memory, { call: intercept }), keys: memory.keys }
          : asOtherProcess(memory),
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
  const expected = [0, 1].map((index) => `chunk:${job.videoBlobId}:${index}`);
  assert.deepEqual(blobKeys, [`blob:${job.videoBlobId}`, ...expected].sort());
  // The lock of an upload that was never saved expires.
  const locked = keys
    .filter((key) => key.startsWith('tus-lock:'))
    .map((key) => key.replace('tus-lock', 'upload'));
  assert.deepEqual(
    locked.filter((key) => keys.includes(key)),
    [],
  );
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
    assert.equal((await tusClient(two).patch(path, CUT, FILE.subarray(CUT, 1_200_000))).status, 204);
    assert.equal((await tusClient(one).patch(path, CUT, FILE.subarray(CUT))).status, 409);
    const last = await tusClient(one).patch(path, 1_200_000, FILE.subarray(1_200_000));
    assert.ok(last.headers['mp3-job']);
    await assertOneJob(two, path);
    assert.equal(one.publishedVideos.length + two.publishedVideos.length, 1);
  });

  it('refuses the late saves of a request whose lock was lost', async () => {
    const { start } = replicas();
    // Neither of them knows of the lock of the other.
    const [slow, fast] = [start(undefined, new MemoryLocker()), start(undefined, new MemoryLocker())];
    const path = await tusClient(slow).create(FILE.length);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    const { promise: isWaiting, resolve: wait } = Promise.withResolvers<void>();
    async function* slowly() {
      yield FILE.subarray(0, CUT);
      wait();
      await resumed;
      yield FILE.subarray(CUT, 1_200_000);
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

  it('ends a request at one gateway when the other one is asked for the offset', async () => {
    const { start } = replicas();
    const [one, two] = [start(), start()];
    const path = await tusClient(one).create(FILE.length);
    const { promise: end, resolve } = Promise.withResolvers<void>();
    async function* silent() {
      yield FILE.subarray(0, CUT);
      await end;
      yield FILE.subarray(CUT);
    }
    const first = tusClient(one).patch(path, 0, silent());
    await firstChunk(one);
    const head = await tusClient(two).head(path);
    assert.equal(head.headers['upload-offset'], String(CUT));
    const reply = await first;
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [204, String(CUT)]);
    resolve();
    await tusClient(two).patch(path, CUT, FILE.subarray(CUT));
    await assertOneJob(two, path);
  });

  /** Waits until the first chunk of the only upload is stored. */
  async function firstChunk({ state, resumable }: Gateway): Promise<void> {
    const id = state.keys().flatMap((key) => /^upload:(.*)/.exec(key)?.[1] ?? [])[0] ?? '';
    while (((await resumable.records.find(id))?.checkpoint.offset ?? 0) < 1024 ** 2)
      await new Promise((resolve) => setImmediate(resolve));
  }

  it('is told no wrong checksum when it is ended before all that was sent is stored', async (context) => {
    const piece = 64 * 1024;
    // A few sizes, because the buffers between the request and the store hold some pieces.
    const files = [1, 2, 2.25, 2.5, 2.75, 3].map((more) => mp4(4 * 1024 ** 2 + more * piece));
    const full = files.map(() => Promise.withResolvers<void>());
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const requests = files.map(async (file, number) => {
      let puts = 0;
      async function onPutBytes(put: () => Promise<void>) {
        if (++puts === 4) full[number]?.resolve();
        await goOn;
        await put();
      }
      const tus = tusClient(buildGateway({ maxUploadBytes, onPutBytes }));
      const path = await tus.create(file.length);
      async function* pieces() {
        for (let start = 0; start < file.length; start += piece) yield file.subarray(start, start + piece);
      }
      const headers = { 'content-length': String(file.length), 'upload-checksum': checksum(file) };
      return { tus, path, reply: tus.patch(path, 0, pieces(), headers) };
    });
    const running = await Promise.all(requests);
    await Promise.all(full.map(({ promise }) => promise));
    await runEventLoop(200);
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const heads = running.map(({ tus, path }) => tus.head(path));
    await runEventLoop(200);
    context.mock.timers.tick(1_000);
    context.mock.timers.reset();
    resolve();
    const replies = await Promise.all(running.map(({ reply }) => reply));
    const offsets = (await Promise.all(heads)).map(({ headers }) => headers['upload-offset']);
    assert.deepEqual(
      replies.map(({ status, headers }) => [status, headers['upload-offset']]),
      offsets.map((offset) => [204, offset]),
    );
    assert.ok(offsets.includes('0'), 'some were ended early');
  });

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
  const WAYS: [what: string, way: Way, isExecuted: boolean[]][] = [
    ['in two parts', inTwoParts, [false, true]],
    ['at once', atOnce, [true]],
    ['in two parts with checksums', withChecksum, [true]],
  ];
  const never = <T>() => new Promise<T>(() => undefined);

  for (const [what, way, cases] of WAYS)
    for (const isExecuted of cases)
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
            const { memory, start } = replicas();
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
            const other = start(
              undefined,
              createLeaseLocker(memory, pino({ level: 'silent' }), undefined, fastClock()),
            );
            const path = await finishElsewhere(context, other, progress, key);
            await assertOneJob(other, path);
          });
      });
});
