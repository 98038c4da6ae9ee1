import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acceptUpload, renewUpload, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { newJob } from '../../../support/job.ts';
import { createInMemorySweep as build, PASS_SECONDS } from './in-memory-sweep.ts';

const anUpload = () =>
  newJob({ status: 'uploading', expires_at: new Date(Date.now() + 86_400_000).toISOString() });

describe('an upload', () => {
  test('that has died is given up, and later cleared up: nothing of it is left, and nothing published', async (context) => {
    const { save, saveBlob, passUntilStalled, findJob, remaining, activeIds, blobs } = build(context);
    const job = await save({ ...anUpload(), videoBlobId: await saveBlob('v') });
    assert.deepEqual(await passUntilStalled(), []);
    assert.equal((await findJob(job.id))?.status, 'deleted');
    assert.deepEqual(await activeIds(), [job.id]);
    assert.ok(await blobs.stat('v'), 'what is on its way may still arrive');
    assert.deepEqual(await passUntilStalled(), []);
    assert.deepEqual(await remaining(), []);
  });

  test('that beats is left alone', async (context) => {
    const { save, pass, jobs, findJob } = build(context);
    const job = await save(anUpload());
    for (let beats = 0; beats < 20; beats++) {
      await pass(PASS_SECONDS);
      await jobs.update(job.id, renewUpload);
    }
    assert.equal((await findJob(job.id))?.status, 'uploading');
  });

  test('that beats while it is being given up is left alone', async (context) => {
    const { save, pass, jobs, sweepStore, findJob } = build(context);
    const job = await save(anUpload());
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    sweepStore.call = async (what, call) => {
      const result = await call();
      context.mock.timers.tick(1);
      if (what.startsWith('getMany job')) await jobs.update(job.id, renewUpload);
      return result;
    };
    await pass(PASS_SECONDS);
    assert.equal((await findJob(job.id))?.status, 'uploading');
  });

  test('that is accepted while it is being given up is a job', async (context) => {
    const { save, pass, jobs, sweepStore, findJob, clock, passUntilStalled } = build(context);
    const job = await save(anUpload());
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    let accepted = false;
    sweepStore.call = async (what, call) => {
      // At the last moment: the sweep has read the job, and not yet written it.
      if (what.startsWith('put job') && !accepted) {
        accepted = true;
        await jobs.update(job.id, acceptUpload(job.source));
      }
      return call();
    };
    await clock.until(pass(PASS_SECONDS));
    assert.equal((await findJob(job.id))?.status, 'queued');
    assert.ok((await passUntilStalled()).includes(`video ${job.id}`));
  });

  test('that was given up cannot be accepted any more', async (context) => {
    const { save, jobs } = build(context);
    const job = await save(anUpload());
    await jobs.update(job.id, tombstone);
    await assert.rejects(jobs.update(job.id, acceptUpload(job.source)), { code: 'not_found' });
  });
});
