import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { ERRORS } from '@tus/server';
import { OWNER } from '../../../../support/job.ts';
import { mp4 } from '../../sample-uploads.ts';
import { buildGateway } from '../../test-gateway.ts';
import { metadata, tusClient } from './tus-client.ts';

const SIZE = 2_500_000;
const build = () => buildGateway({ maxUploadBytes: 10_000_000 });

describe('PATCH /uploads/:id', () => {
  it('makes a job as POST /upload does, once the last byte is there', async () => {
    const gateway = build();
    const tus = tusClient(gateway);
    const bytes = mp4(SIZE);
    const created = await tus.post({
      'upload-length': String(SIZE),
      'upload-metadata': metadata({ filename: 'Ferien ü.mp4', filetype: 'video/mp4', quality: '4' }),
    });
    assert.equal(created.status, 201);
    const path = String(created.headers.location);
    assert.match(path, /^\/uploads\/[\da-f-]{36}$/);
    const first = await tus.patch(path, 0, bytes.subarray(0, 1_300_000));
    assert.deepEqual([first.status, first.headers['upload-offset'], first.text], [204, '1300000', '']);
    const head = await tus.head(path);
    assert.deepEqual([head.status, head.headers['upload-offset']], [200, '1300000']);
    const last = await tus.patch(path, 1_300_000, bytes.subarray(1_300_000));
    assert.deepEqual([last.status, last.headers['upload-offset'], last.text], [204, String(SIZE), '']);
    const id = String(last.headers['mp3-job']);
    const { document: job } = await gateway.jobs.get(id);
    assert.deepEqual([job.owner, job.email, job.filename], [OWNER.id, OWNER.email, 'Ferien ü.mp4']);
    assert.deepEqual(job.options, { quality: 4 });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(job.source, {
      size: SIZE,
      sha256,
      duration_seconds: null,
      tracks: null,
      original: null,
      kept: 'whole',
    });
    assert.ok(bytes.equals(await buffer(gateway.blobs.read(job.videoBlobId))));
    assert.deepEqual(gateway.publishedVideos, [job]);
    const view = await tus.get(path);
    assert.deepEqual(view.json.job, { id, status: 'queued' });
  });
});

describe('GET /uploads/:id', () => {
  it('refuses with 423 to finish an upload whose lock it does not get', async () => {
    const lock = {
      isFree: true,
      lock: () => (lock.isFree ? Promise.resolve() : Promise.reject(ERRORS.ERR_LOCK_TIMEOUT)),
      unlock: () => Promise.resolve(),
    };
    const gateway = buildGateway({ locker: { newLock: () => lock } });
    const tus = tusClient(gateway);
    const path = await tus.create(5_000);
    await tus.patch(path, 0, mp4(5_000).subarray(0, 2_000));
    const id = String(path.split('/').at(-1));
    await gateway.resumable.records.update(id, (record) => ({ ...record, size: 2_000 }));
    lock.isFree = false;
    const reply = await tus.get(path);
    assert.deepEqual([reply.status, reply.json.code], [423, 'upload_locked']);
    assert.ok(reply.headers['retry-after']);
  });
});
