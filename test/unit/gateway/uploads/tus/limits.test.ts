import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mp4 } from '../../sample-uploads.ts';
import { asOwner, asStranger, buildGateway, type Limits } from '../../test-gateway.ts';
import { BYTES, tusClient } from './tus-client.ts';

const SIZE = 5_000;
const create = { 'upload-length': String(SIZE) };
const build = (limits: Limits) => buildGateway({ limits });

describe('the limit of unfinished uploads', () => {
  it('refuses one more of a user with 429, and lets it in once one is deleted and counted again', async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    let now = performance.now();
    context.mock.method(performance, 'now', () => now);
    const gateway = build({ openUploads: { all: 10, perUser: 2 } });
    const tus = tusClient(gateway);
    const [path] = [await tus.create(SIZE), await tus.create(SIZE)];
    const refused = await tus.post(create);
    assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests']);
    assert.ok(refused.headers['retry-after']);
    assert.equal((await tusClient(gateway, asStranger).post(create)).status, 201);
    await tus.delete(path);
    now += 3_000;
    assert.equal((await tus.post(create)).status, 201);
  });

  it('refuses one more of anybody with 503', async () => {
    const gateway = build({ openUploads: { all: 1, perUser: 1 } });
    await tusClient(gateway).create(SIZE);
    const refused = await tusClient(gateway, asStranger).post(create);
    assert.deepEqual([refused.status, refused.json.code], [503, 'unavailable']);
  });

  it('frees the place and the key of a creation that it refuses', async () => {
    const gateway = build({ openUploads: { all: 10, perUser: 1 } });
    const tus = tusClient(gateway);
    await tus.create(SIZE);
    const keyed = { ...create, 'idempotency-key': 'one' };
    assert.equal((await tus.post(keyed)).status, 429);
    assert.equal((await tus.post(keyed)).status, 429);
  });
});

describe('the limit of unfinished jobs', () => {
  it('counts an unfinished upload as the job that it becomes', async () => {
    const gateway = build({ activeJobs: { all: 10, perUser: 1 } });
    await tusClient(gateway).create(SIZE);
    for (const [path, headers] of [
      ['/uploads', create],
      ['/upload', { 'content-type': 'video/mp4' }],
    ] as const) {
      const reply = await gateway.call('POST', path, {
        headers: { ...asOwner, 'tus-resumable': '1.0.0', ...headers },
        ...(path === '/upload' && { body: mp4(SIZE) }),
      });
      assert.equal(reply.status, 429, path);
    }
  });

  it('does not refuse the bytes of an upload that was let in', async () => {
    const gateway = build({ activeJobs: { all: 10, perUser: 1 } });
    const tus = tusClient(gateway);
    const path = await tus.create(SIZE);
    const reply = await tus.patch(path, 0, mp4(SIZE));
    assert.ok(reply.headers['mp3-job'], reply.text);
  });
});

describe('the limit of concurrent uploads', () => {
  it('refuses a PATCH beside as many others with 429, keeps its upload, and frees the place afterwards', async () => {
    const gateway = build({ uploads: { all: 10, perUser: 1 } });
    const tus = tusClient(gateway);
    const [one, two] = [await tus.create(SIZE), await tus.create(SIZE)];
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
    async function* slowly() {
      yield mp4(1000);
      begin();
      await go;
      yield Buffer.alloc(SIZE - 1000);
    }
    const first = tus.patch(one, 0, slowly());
    await hasBegun;
    const refused = await tus.patch(two, 0, mp4(SIZE));
    assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests']);
    const withBytes = await tus.post({ ...create, 'content-type': BYTES }, mp4(SIZE));
    assert.equal(withBytes.status, 429);
    assert.equal((await tus.head(two)).headers['upload-offset'], '0');
    resolve();
    assert.equal((await first).status, 204);
    assert.equal((await tus.patch(two, 0, mp4(SIZE))).status, 204);
  });
});
