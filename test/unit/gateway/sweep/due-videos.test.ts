import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { failed, newJob } from '../../../support/job.ts';
import { createInMemorySweep as build, KEEP_VIDEO_SECONDS, PASS_SECONDS } from './in-memory-sweep.ts';
import { blobsOf, chunksOf, saveWithBlobs } from './saved-videos.ts';

const { signal } = new AbortController();
/** The ports of a sweep with KEEP_VIDEO_SECONDS=0. */
const AT_ONCE = { keepVideoMs: 0 };

describe('createDueVideos', () => {
  test('with KEEP_VIDEO_SECONDS=0 deletes the video of a job in the first pass that sees it done, before its mail is sent', async (context) => {
    const harness = build(context);
    const job = await saveWithBlobs(harness);
    await harness.pass(0, harness.makeSweep(AT_ONCE));
    assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
    assert.deepEqual([await harness.activeIds(), await harness.findJob(job.id)], [[job.id], job]);
    assert.equal(harness.deletedVideos.count, 1);
  });

  test('deletes a video once, however long the job waits for its mail, and then does not add it to the index of videos', async (context) => {
    const harness = build(context);
    const job = await saveWithBlobs(harness);
    const sweep = harness.makeSweep(AT_ONCE);
    await harness.pass(0, sweep);
    for (let passes = 0; passes < 9; passes++) {
      const { calls } = await harness.pass(PASS_SECONDS, sweep);
      assert.deepEqual(
        calls.filter((call) => call.includes('blob:')),
        [],
      );
    }
    await harness.saveMailRecord(job, 'sent');
    await harness.passUntilStalled(sweep);
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[], []]);
    assert.ok(!harness.memory.keys().some((key) => key.startsWith('videos:')));
  });

  test('deletes a video in the next pass that it could not delete before', async (context) => {
    const harness = build(context);
    const job = await saveWithBlobs(harness);
    const sweep = harness.makeSweep(AT_ONCE);
    harness.sweepStore.call = (what, call) =>
      what === `delete chunk:${job.videoBlobId}:1` ? Promise.reject(unavailable('the store')) : call();
    await harness.pass(0, sweep);
    assert.notDeepEqual(chunksOf(harness, job.videoBlobId), []);
    harness.sweepStore.call = (_what, call) => call();
    await harness.pass(1, sweep);
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
  });

  const KEPT_STATUSES: [status: string, make: (fields: Partial<Job>) => Job][] = [
    ['queued', newJob],
    ['converting', (fields) => newJob({ ...fields, status: 'converting', attemptId: 'one' })],
    ['failed', failed],
    ['cancelled', (fields) => newJob({ ...fields, status: 'cancelled' })],
  ];
  for (const [status, make] of KEPT_STATUSES)
    test(`keeps the video of a job that is ${status}`, async (context) => {
      const harness = build(context);
      const job = await saveWithBlobs(harness, make);
      await harness.saveMailRecord(job, 'sent');
      const sweep = harness.makeSweep(AT_ONCE);
      for (let times = 0; times < 3; times++) await harness.passUntilStalled(sweep);
      await harness.makeDeleteVideos(AT_ONCE).pass(signal);
      assert.equal((await blobsOf(harness, job)).video, true);
    });

  test('deletes the video of a job that is still active when KEEP_VIDEO_SECONDS are over', async (context) => {
    const harness = build(context);
    const job = await saveWithBlobs(harness);
    await harness.pass(KEEP_VIDEO_SECONDS - 1);
    assert.equal((await blobsOf(harness, job)).video, true);
    await harness.pass(1);
    assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
  });
});
