import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acceptUpload, renewUpload, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { newJob } from '../../../support/job.ts';
import { sweepOverMemory as build, LOOK } from './sweep-over-memory.ts';

const anUpload = () =>
  newJob({ status: 'uploading', expires_at: new Date(Date.now() + 86_400_000).toISOString() });

describe('an upload', () => {
  test('that has died is given up, and later cleared up: nothing of it is left, and nothing published', async (context) => {
    const { save, saveBlob, standStill, stored, left, open, blobs } = build(context);
    const job = await save({ ...anUpload(), videoBlobId: await saveBlob('v') });
    assert.deepEqual(await standStill(), []);
    assert.equal((await stored(job.id))?.status, 'deleted');
    assert.deepEqual(await open(), [job.id]);
    assert.ok(await blobs.stat('v'), 'what is on its way may still arrive');
    assert.deepEqual(await standStill(), []);
    assert.deepEqual(await left(), []);
  });

  test('that beats is left alone', async (context) => {
    const { save, pass, jobs, stored } = build(context);
    const job = await save(anUpload());
    for (let beats = 0; beats < 20; beats++) {
      await pass(LOOK);
      await jobs.update(job.id, renewUpload);
    }
    assert.equal((await stored(job.id))?.status, 'uploading');
  });

  test('that beats while it is being given up is left alone', async (context) => {
    const { save, pass, jobs, store, stored } = build(context);
    const job = await save(anUpload());
    for (const seconds of [0, LOOK]) await pass(seconds);
    store.call = async (what, call) => {
      const result = await call();
      context.mock.timers.tick(1);
      if (what.startsWith('getMany job')) await jobs.update(job.id, renewUpload);
      return result;
    };
    await pass(LOOK);
    assert.equal((await stored(job.id))?.status, 'uploading');
  });

  test('that is accepted while it is being given up is a job', async (context) => {
    const { save, pass, jobs, store, stored, clock, standStill } = build(context);
    const job = await save(anUpload());
    for (const seconds of [0, LOOK]) await pass(seconds);
    let accepted = false;
    store.call = async (what, call) => {
      // At the last moment: the sweep has read the job, and not yet written it.
      if (what.startsWith('put job') && !accepted) {
        accepted = true;
        await jobs.update(job.id, acceptUpload(job.source));
      }
      return call();
    };
    await clock.until(pass(LOOK));
    assert.equal((await stored(job.id))?.status, 'queued');
    assert.ok((await standStill()).includes(`video ${job.id}`));
  });

  test('that was given up cannot be accepted any more', async (context) => {
    const { save, jobs } = build(context);
    const job = await save(anUpload());
    await jobs.update(job.id, tombstone);
    await assert.rejects(jobs.update(job.id, acceptUpload(job.source)), { code: 'not_found' });
  });
});
