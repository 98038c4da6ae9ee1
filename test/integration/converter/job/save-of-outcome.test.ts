import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryWith } from '../../../../services/shared/jobs/generations.ts';
import { blobsToDelete } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { file, video } from '../../../support/media.ts';
import { createTestConverter } from './test-converter.ts';

/** The error with which an event is delivered again. */
const redeliver = { code: 'unavailable' };

describe('createConvert › the save that ends an attempt', () => {
  const ENDS: [what: string, status: string, source: () => Promise<string>][] = [
    ['done', '"status":"done"', () => video(2)],
    ['failed', '"status":"failed"', () => file('a.mp4', 'no video')],
  ];
  for (const [what, mark, source] of ENDS) {
    it(`is retried while the store is unavailable, and one outcome is published, for a job that is ${what}`, async () => {
      let failures = 3;
      await using converter = await createTestConverter({
        retryPolicy: { forMs: 60_000, pauseMs: 1 },
        wrap: (state) => ({
          ...state,
          async put(key, value, options) {
            if (value.includes(mark) && failures-- > 0) throw unavailable('the store');
            return state.put(key, value, options);
          },
        }),
      });
      const job = await converter.submit(await source());
      await converter.deliver(job);
      const { status, attempts } = await converter.job(job);
      assert.deepEqual([status, attempts, converter.published.length], [what, 1, 1]);
    });

    it(`may arrive though it was reported as failed: one outcome is published for a job that is ${what}`, async () => {
      let lost = 0;
      await using converter = await createTestConverter({
        retryPolicy: { forMs: 60_000, pauseMs: 1 },
        wrap: (state) => ({
          ...state,
          async put(key, value, options) {
            const done = await state.put(key, value, options);
            if (value.includes(mark) && lost++ === 0) throw unavailable('the store');
            return done;
          },
        }),
      });
      const job = await converter.submit(await source());
      await converter.deliver(job);
      const { status, mp3BlobId } = await converter.job(job);
      assert.deepEqual([status, converter.published.length, lost], [what, 1, 1]);
      assert.deepEqual(
        converter.stored().toSorted(),
        [job.videoBlobId, ...(mp3BlobId ? [mp3BlobId] : [])].toSorted(),
      );
    });
  }

  it('may arrive though it was reported as failed: the delivery of a job that is handed back is still refused', async () => {
    let lost = 0;
    await using converter = await createTestConverter({
      transcode: () => Promise.reject(new Error('interrupted')),
      retryPolicy: { forMs: 60_000, pauseMs: 1 },
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          const done = await state.put(key, value, options);
          if (value.includes('"attempts":1') && value.includes('"status":"queued"') && lost++ === 0)
            throw unavailable('the store');
          return done;
        },
      }),
    });
    const job = await converter.submit(await video(2));
    await assert.rejects(converter.deliver(job), redeliver);
    assert.deepEqual([(await converter.job(job)).status, lost], ['queued', 1]);
  });

  it('may arrive though it was reported as failed: the MP3 stays when its owner has the job converted again', async () => {
    let changed = 0;
    await using converter = await createTestConverter({
      retryPolicy: { forMs: 60_000, pauseMs: 1 },
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          const done = await state.put(key, value, options);
          if (!value.includes('"status":"done"') || changed++ > 0) return done;
          await createJobStore(state).update(key.replace('job:', ''), retryWith({ bitrate: 64 }));
          throw unavailable('the store');
        },
      }),
    });
    const job = await converter.submit(await video(2));
    await converter.deliver(job);
    const again = await converter.job(job);
    const mp3BlobId = again.previous?.mp3BlobId ?? assert.fail(`the job is ${again.status}`);
    assert.equal(again.status, 'queued');
    assert.ok(converter.stored().includes(mp3BlobId));

    await converter.deliver(job);
    const done = await converter.job(job);
    assert.deepEqual([done.status, done.options, done.previous], ['done', { bitrate: 64 }, undefined]);
    assert.deepEqual(blobsToDelete(done), [mp3BlobId]);
  });

  it('may arrive late: the MP3 stays until another attempt has the job', async () => {
    let late: (() => Promise<boolean>) | undefined;
    await using converter = await createTestConverter({
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          if (!late && value.includes('"status":"done"')) {
            late = () => state.put(key, value, options);
            throw unavailable('the store');
          }
          return state.put(key, value, options);
        },
      }),
    });
    const job = await converter.submit(await video(2));
    await assert.rejects(converter.deliver(job), redeliver);
    const first = (await converter.job(job)).attemptId ?? assert.fail('handed back');
    assert.ok(converter.stored().includes(first));
    await converter.deliver(job);
    const done = await converter.job(job);
    assert.equal(done.status, 'done');
    assert.notEqual(done.mp3BlobId, first);
    assert.deepEqual(blobsToDelete(done), [first]);
    assert.equal(await late?.(), false, 'the late save replaced a newer result');
  });
});
