import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createSweepUploads } from '../../../../services/gateway/sweep/sweep-uploads.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { createInterceptedStore, type Intercept } from '../intercepted-store.ts';
import { mp4 } from '../sample-uploads.ts';
import { bearer, buildGateway, tokenOf } from '../test-gateway.ts';
import { tusClient } from '../uploads/tus/tus-client.ts';

const STALL_MS = 45_000;
const EXPIRY_SECONDS = 3600;
const SIZE = 2_500_000;
const FILE = mp4(SIZE);
/** A token that lives longer than any upload here. */
const asOwner = bearer(await tokenOf(undefined, { claims: { exp: Math.floor(Date.now() / 1000) + 86_400 } }));

/** A gateway and the sweep of another one over the same store, with a clock that stands still. */
function build(context: TestContext) {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const memory = createMemoryState(() => Date.now());
  const store: { call: Intercept } = { call: (_what, call) => call() };
  const intercepted = createInterceptedStore(memory, { call: (...call) => store.call(...call) });
  const options = { maxUploadBytes: 10_000_000, uploadExpirySeconds: EXPIRY_SECONDS };
  const gateway = buildGateway({ ...options, state: { ...intercepted, keys: memory.keys } });
  const other = buildGateway({ ...options, state: memory });
  const { resumable } = other;
  const sweep = createSweepUploads({ resumable, stallTimeoutMs: STALL_MS, log: resumable.log });
  const advance = (ms: number) => {
    now += ms;
    context.mock.timers.setTime(Date.now() + ms);
  };
  return {
    gateway,
    other,
    store,
    advance,
    tus: tusClient(gateway, asOwner),
    /** Makes so many passes. An upload that does not change has stalled in the third one. */
    async pass(count = 3) {
      for (let passes = 0; passes < count; passes++) {
        advance(STALL_MS / 2);
        await sweep.pass(new AbortController().signal);
      }
    },
    open: async () => (await Array.fromAsync(resumable.openUploads.read())).length,
    bytes: () => memory.keys().filter((key) => /^(blob|chunk|tail):/.test(key)),
  };
}

describe('createSweepUploads', () => {
  it('leaves an upload alone that is not finished and has not expired', async (context) => {
    const { tus, pass, open } = build(context);
    const path = await tus.create(SIZE);
    await tus.patch(path, 0, FILE.subarray(0, 1_200_000));
    await pass(10);
    assert.equal((await tus.head(path)).headers['upload-offset'], '1200000');
    assert.equal(await open(), 1);
  });

  it('deletes all bytes of an upload that has expired, after its client was told so', async (context) => {
    const { tus, pass, advance, open, bytes } = build(context);
    const path = await tus.create(SIZE, { 'idempotency-key': 'one' });
    await tus.patch(path, 0, FILE.subarray(0, 1_200_000));
    advance(EXPIRY_SECONDS * 1000 - 1);
    assert.equal((await tus.head(path)).status, 200);
    advance(1);
    const gone = await tus.get(path);
    assert.deepEqual([gone.status, gone.json.code], [410, 'expired']);
    assert.equal((await tus.patch(path, 1_200_000, FILE.subarray(1_200_000))).status, 410);
    assert.ok(bytes().length > 2);
    await pass(8);
    assert.deepEqual(bytes(), []);
    assert.equal(await open(), 0);
    assert.equal((await tus.head(path)).status, 404);
    const again = await tus.post({ 'upload-length': String(SIZE), 'idempotency-key': 'one' });
    assert.notEqual(again.headers.location, path);
  });

  it('keeps an upload for as long as bytes arrive, and for seven times its expiry at most', async (context) => {
    const { tus, pass, advance } = build(context);
    const path = await tus.create(SIZE);
    let offset = 0;
    for (let hours = 0; hours < 7; hours++) {
      const reply = await tus.patch(path, offset, FILE.subarray(offset, offset + 1000));
      assert.equal(reply.status, 204, `after ${hours} hours`);
      offset += 1000;
      advance(EXPIRY_SECONDS * 1000 - 200_000);
      await pass(3);
    }
    advance(EXPIRY_SECONDS * 1000);
    assert.equal((await tus.head(path)).status, 410);
  });

  it('deletes once more what a late save has stored of an upload that was deleted', async (context) => {
    const { gateway, tus, pass, open, bytes } = build(context);
    const path = await tus.create(SIZE);
    await tus.patch(path, 0, FILE.subarray(0, 1_200_000));
    const id = path.split('/').at(-1) ?? '';
    const { blob } = (await gateway.resumable.records.find(id)) ?? assert.fail();
    await tus.delete(path);
    await gateway.state.put(`blob:${blob}`, JSON.stringify({ reserved: 64 }));
    await gateway.state.putBytes(`chunk:${blob}:1`, FILE);
    await pass();
    assert.deepEqual(bytes(), []);
    assert.equal(await open(), 0);
  });

  it('makes the job of a whole upload whose gateway could not', async (context) => {
    const { gateway, other, tus, store, pass, open } = build(context);
    const path = await tus.create(SIZE);
    store.call = (what, call) =>
      what.startsWith('put job:') ? Promise.reject(unavailable('the store')) : call();
    assert.equal((await tus.patch(path, 0, FILE)).status, 503);
    assert.equal((await tus.head(path)).status, 503);
    assert.deepEqual(gateway.publishedVideos, []);
    await pass(4);
    store.call = (_what, call) => call();
    const { json } = await tus.get(path);
    assert.equal(json.job.status, 'queued');
    assert.deepEqual(
      other.publishedVideos.map(({ id }) => id),
      [json.job.id],
    );
    assert.equal(await open(), 0);
  });

  it('makes no second job where the next request was faster', async (context) => {
    const { gateway, other, tus, store, pass } = build(context);
    const path = await tus.create(SIZE);
    store.call = (what, call) =>
      what.startsWith('put job:') ? Promise.reject(unavailable('the store')) : call();
    await tus.patch(path, 0, FILE);
    store.call = (_what, call) => call();
    const head = await tus.head(path);
    await pass(4);
    assert.equal((await tus.head(path)).headers['mp3-job'], head.headers['mp3-job']);
    assert.equal(gateway.state.keys().filter((key) => key.startsWith('job:')).length, 1);
    assert.equal(gateway.publishedVideos.length + other.publishedVideos.length, 1);
  });

  it('forgets an entry whose upload was never saved', async (context) => {
    const { tus, store, pass, open } = build(context);
    store.call = (what, call) =>
      what.startsWith('put upload:') ? Promise.reject(unavailable('the store')) : call();
    assert.equal((await tus.post({ 'upload-length': '9' })).status, 503);
    assert.equal(await open(), 1);
    await pass(2);
    assert.equal(await open(), 1);
    await pass(1);
    assert.equal(await open(), 0);
  });

  it('counts the uploads that are not finished', async (context) => {
    const { other, tus, pass } = build(context);
    const paths = [await tus.create(SIZE), await tus.create(SIZE), await tus.create(SIZE)];
    await tus.delete(paths[0] ?? '');
    await tus.patch(paths[1] ?? '', 0, FILE);
    await pass(1);
    assert.equal(other.resumable.openQuota.counts.all, 1);
  });
});
