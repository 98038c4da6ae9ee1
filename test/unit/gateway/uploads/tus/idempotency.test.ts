import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryState } from '../../../../../services/shared/state/memory-state.ts';
import { mp4 } from '../../sample-uploads.ts';
import { asOwner, asStranger, buildGateway, type Gateway } from '../../test-gateway.ts';
import { BYTES, metadata, tusClient } from './tus-client.ts';

const SIZE = 5_000;
const FILE = mp4(SIZE);
const keyed = (more: Record<string, string> = {}) => ({
  'upload-length': String(SIZE),
  'idempotency-key': 'one',
  ...more,
});
const plain = (gateway: Gateway, query = '') =>
  gateway.call('POST', `/upload${query}`, {
    headers: { ...asOwner, 'content-type': 'video/mp4', 'idempotency-key': 'one' },
    body: FILE,
  });
const ids = (gateway: Gateway, kind: string) =>
  gateway.state.keys().filter((key) => key.startsWith(`${kind}:`));

describe('POST /uploads with an Idempotency-Key', () => {
  it('returns the same upload while that is not finished', async () => {
    const gateway = buildGateway();
    const tus = tusClient(gateway);
    const first = await tus.post(keyed());
    await tus.patch(String(first.headers.location), 0, FILE.subarray(0, 2000));
    const second = await tus.post(keyed());
    assert.deepEqual([second.status, second.headers.location], [201, first.headers.location]);
    assert.equal(second.headers['upload-offset'], undefined);
    assert.ok(second.headers['upload-expires']);
    const third = await tus.post(keyed({ 'content-type': BYTES }), FILE);
    assert.deepEqual([third.status, third.headers['upload-offset']], [201, '2000']);
    assert.equal(ids(gateway, 'upload').length, 1);
  });

  it('returns the upload of the job once that is made', async () => {
    const gateway = buildGateway();
    const tus = tusClient(gateway);
    const first = await tus.post(keyed({ 'content-type': BYTES }), FILE);
    const second = await tus.post(keyed());
    assert.deepEqual([second.status, second.headers.location], [201, first.headers.location]);
    assert.equal(second.headers['mp3-job'], first.headers['mp3-job']);
    const head = await tus.head(String(second.headers.location));
    assert.equal(head.headers['upload-offset'], String(SIZE));
    assert.equal(ids(gateway, 'job').length, 1);
  });

  it('returns a finished upload for a job that POST /upload has made', async () => {
    const gateway = buildGateway();
    const { json } = await plain(gateway);
    const tus = tusClient(gateway);
    const reply = await tus.post(keyed());
    assert.deepEqual([reply.status, reply.headers['mp3-job']], [201, json.id]);
    const view = (await tus.get(String(reply.headers.location))).json;
    assert.deepEqual([view.size, view.offset, view.job.id], [SIZE, SIZE, json.id]);
    assert.equal(ids(gateway, 'job').length, 1);
  });

  it('returns one upload for a job that POST /upload has made, however often it is asked', async () => {
    const gateway = buildGateway();
    await plain(gateway);
    const tus = tusClient(gateway);
    const replies = [await tus.post(keyed()), await tus.post(keyed()), await tus.post(keyed())];
    assert.equal(new Set(replies.map(({ headers }) => headers.location)).size, 1);
    assert.equal(ids(gateway, 'upload').length, 1);
    const other = await tus.post(keyed({ 'upload-length': String(SIZE + 1) }));
    assert.deepEqual([other.status, other.json.code], [422, 'idempotency_key_reused']);
  });

  it('returns the same upload for as long as that may take, which is longer than a job is kept', async () => {
    let passedMs = 0;
    const state = createMemoryState(() => Date.now() + passedMs);
    const tus = tusClient(buildGateway({ state, uploadExpirySeconds: 24 * 3600 }));
    const first = await tus.post(keyed());
    passedMs = 5 * 24 * 3600_000;
    const second = await tus.post(keyed());
    assert.deepEqual([second.status, second.headers.location], [201, first.headers.location]);
  });

  it('refuses POST /upload with its key while the upload is not finished, for as long as it takes', async (context) => {
    const gateway = buildGateway();
    await tusClient(gateway).post(keyed());
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 });
    const reply = await plain(gateway);
    assert.deepEqual([reply.status, reply.json.code], [409, 'upload_in_progress']);
    assert.ok(reply.headers['retry-after']);
  });

  it('answers POST /upload with its key by the job of the upload', async () => {
    const gateway = buildGateway();
    const first = await tusClient(gateway).post(keyed({ 'content-type': BYTES }), FILE);
    const reply = await plain(gateway);
    assert.deepEqual([reply.status, reply.json.id], [202, first.headers['mp3-job']]);
  });

  const OTHERS: [what: string, headers: Record<string, string>][] = [
    ['options', { 'upload-metadata': metadata({ quality: '4' }) }],
    ['size', { 'upload-length': String(SIZE + 1) }],
  ];
  for (const [what, headers] of OTHERS)
    for (const isFinished of [false, true])
      it(`refuses another ${what} with 422, ${isFinished ? 'after' : 'before'} the upload is finished`, async () => {
        const tus = tusClient(buildGateway());
        await tus.post(keyed(isFinished ? { 'content-type': BYTES } : {}), isFinished ? FILE : undefined);
        const reply = await tus.post(keyed(headers));
        assert.deepEqual([reply.status, reply.json.code], [422, 'idempotency_key_reused']);
      });

  it('begins anew after the upload was deleted, after it has expired, and after its job was deleted', async (context) => {
    const gateway = buildGateway({ uploadExpirySeconds: 60 });
    const tus = tusClient(gateway);
    const first = await tus.post(keyed());
    await tus.delete(String(first.headers.location));
    const second = await tus.post(keyed());
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 });
    const third = await tus.post(keyed({ 'content-type': BYTES }), FILE);
    await gateway.call('DELETE', `/jobs/${third.headers['mp3-job']}`, { headers: asOwner });
    const fourth = await tus.post(keyed());
    const all = [first, second, third, fourth].map(({ headers }) => headers.location);
    assert.equal(new Set(all).size, 4, String(all));
  });

  it('keeps the keys of two users apart', async () => {
    const gateway = buildGateway();
    const one = await tusClient(gateway).post(keyed());
    const two = await tusClient(gateway, asStranger).post(keyed());
    assert.deepEqual([one.status, two.status], [201, 201]);
    assert.notEqual(one.headers.location, two.headers.location);
  });

  it('makes one upload of ten requests at once', async () => {
    const gateway = buildGateway();
    const replies = await Promise.all(Array.from({ length: 10 }, () => tusClient(gateway).post(keyed())));
    for (const { status } of replies) assert.ok(status === 201 || status === 409, `${status}`);
    assert.equal(new Set(replies.flatMap(({ headers }) => headers.location ?? [])).size, 1);
    assert.equal(ids(gateway, 'upload').length, 1);
  });
});

describe('an upload with the content of an earlier job', () => {
  it('becomes that job, and its bytes are deleted', async () => {
    const gateway = buildGateway();
    const tus = tusClient(gateway);
    const headers = {
      'upload-length': String(SIZE),
      'content-type': BYTES,
      'upload-metadata': metadata({ filename: 'a.mp4' }),
    };
    const first = await tus.post(headers, FILE);
    const id = String(first.headers['mp3-job']);
    await gateway.jobs.update(id, (job) => ({
      ...job,
      status: 'done',
      mp3: { size: 1, sha256: '', duration_seconds: 1 },
      mp3BlobId: id,
      warnings: [],
    }));
    const second = await tus.post({ ...headers, 'idempotency-key': 'two' }, FILE);
    assert.equal(second.headers['mp3-job'], id);
    assert.equal((await tus.get(String(second.headers.location))).json.job.status, 'done');
    assert.equal(ids(gateway, 'job').length, 1);
    assert.equal(ids(gateway, 'blob').length, 1);
    assert.equal((await tus.post({ ...headers, 'idempotency-key': 'two' })).headers['mp3-job'], id);
  });
});
