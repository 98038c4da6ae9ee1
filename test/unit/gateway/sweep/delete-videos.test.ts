import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { createInMemorySweep as build, KEEP_VIDEO_SECONDS } from './in-memory-sweep.ts';
import { blobsOf, chunksOf, saveFinished } from './saved-videos.ts';

const { signal } = new AbortController();
/** The ports of a sweep with KEEP_VIDEO_SECONDS=0. */
const AT_ONCE = { keepVideoMs: 0 };

describe('createDeleteVideos', () => {
  test('deletes a video KEEP_VIDEO_SECONDS after its job was done, and not before', async (context) => {
    const harness = build(context);
    const job = await saveFinished(harness);
    const deleteVideos = harness.makeDeleteVideos();
    const until = Date.parse(job.updated_at) + KEEP_VIDEO_SECONDS * 1000 - Date.now();
    harness.advance(until / 1000 - 1);
    await deleteVideos.pass(signal);
    assert.deepEqual(
      [await blobsOf(harness, job), await harness.idsWithVideo()],
      [{ video: true, mp3: true }, [job.id]],
    );
    harness.advance(1);
    await deleteVideos.pass(signal);
    assert.deepEqual(
      [await blobsOf(harness, job), await harness.idsWithVideo()],
      [{ video: false, mp3: true }, []],
    );
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
    assert.deepEqual(await harness.findJob(job.id), job);
    assert.equal(harness.deletedVideos.count, 1);
  });

  test('does not count a video that was deleted before', async (context) => {
    const harness = build(context);
    const job = await saveFinished(harness);
    await harness.blobs.delete(job.videoBlobId);
    harness.advance(KEEP_VIDEO_SECONDS);
    await harness.makeDeleteVideos().pass(signal);
    assert.deepEqual([await harness.idsWithVideo(), harness.deletedVideos.count], [[], 0]);
  });

  test('deletes four videos at the same time', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 6; count++) await saveFinished(harness);
    harness.advance(KEEP_VIDEO_SECONDS);
    const released = Promise.withResolvers<void>();
    let underWay = 0;
    harness.sweepStore.call = async (what, call) => {
      if (!what.startsWith('get blob:')) return call();
      underWay++;
      await released.promise;
      return call();
    };
    const pass = harness.makeDeleteVideos().pass(signal);
    await runEventLoop();
    assert.equal(underWay, 4);
    released.resolve();
    await pass;
    assert.deepEqual([underWay, await harness.idsWithVideo()], [6, []]);
  });

  test('starts the next pass at once while videos are due when the time of a pass is over, and then waits', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 20; count++) await saveFinished(harness);
    harness.advance(KEEP_VIDEO_SECONDS);
    // The time of each pass is over after about five deletions.
    let deadline = new AbortController();
    context.mock.method(AbortSignal, 'timeout', () => {
      deadline = new AbortController();
      return deadline.signal;
    });
    let reads = 0;
    let deletions = 0;
    harness.sweepStore.call = (what, call) => {
      if (what === 'getMany videos:0') reads++;
      if (what.startsWith('delete blob:') && ++deletions % 5 === 0)
        deadline.abort(new Error('the time is over'));
      return call();
    };
    const stop = new AbortController();
    const running = harness.makeDeleteVideos().run(600, stop.signal);
    harness.clock.advance(600_000);
    await runEventLoop(2_000);
    assert.deepEqual([await harness.idsWithVideo(), harness.deletedVideos.count], [[], 20]);
    // The last pass has found nothing left to do, so the next one starts after the usual pause.
    const before = reads;
    await runEventLoop();
    assert.equal(reads, before);
    harness.clock.advance(600_000);
    await runEventLoop();
    assert.ok(reads > before);
    stop.abort();
    await running;
    assert.deepEqual(harness.lines.objects(), []);
  });

  test('reads only its index while no video is due', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 5; count++) await saveFinished(harness);
    harness.calls.length = 0;
    await harness.makeDeleteVideos().pass(signal);
    assert.deepEqual(harness.calls, ['getMany videos:0']);
  });

  test('applies the present setting also to jobs that were done under another one', async (context) => {
    const harness = build(context);
    const job = await saveFinished(harness);
    await harness.makeDeleteVideos({ keepVideoMs: KEEP_VIDEO_SECONDS * 2000 }).pass(signal);
    assert.equal((await blobsOf(harness, job)).video, true);
    await harness.makeDeleteVideos(AT_ONCE).pass(signal);
    assert.equal((await blobsOf(harness, job)).video, false);
  });

  test('only removes the entry of a job that was deleted meanwhile', async (context) => {
    const harness = build(context);
    const job = await saveFinished(harness);
    await harness.jobs.update(job.id, tombstone);
    harness.advance(KEEP_VIDEO_SECONDS);
    harness.calls.length = 0;
    await harness.makeDeleteVideos().pass(signal);
    assert.ok(!harness.calls.some((call) => call.includes(job.videoBlobId)), String(harness.calls));
    assert.deepEqual(await harness.idsWithVideo(), []);
  });

  test('only removes the entry of a job that has expired, even where videos are kept for longer', async (context) => {
    const harness = build(context);
    await saveFinished(harness);
    const deleteVideos = harness.makeDeleteVideos({ keepVideoMs: 10 * 86_400_000 });
    await deleteVideos.pass(signal);
    assert.equal((await harness.idsWithVideo()).length, 1);
    harness.advance(86_400);
    await deleteVideos.pass(signal);
    assert.deepEqual(await harness.idsWithVideo(), []);
    assert.equal(harness.deletedVideos.count, 0);
  });

  test('completes in the next pass what a pass left that died after any of its calls', async (context) => {
    for (let calls = 0; ; calls++) {
      const harness = build(context);
      const job = await saveFinished(harness);
      harness.advance(KEEP_VIDEO_SECONDS);
      let count = 0;
      harness.sweepStore.call = (_what, call) =>
        count++ < calls ? call() : Promise.reject(new Error('killed'));
      await harness
        .makeDeleteVideos()
        .pass(signal)
        .catch(() => undefined);
      harness.sweepStore.call = (_what, call) => call();
      const died = count > calls;
      await harness.makeDeleteVideos().pass(signal);
      assert.deepEqual(
        [await blobsOf(harness, job), await harness.idsWithVideo()],
        [{ video: false, mp3: true }, []],
      );
      assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
      context.mock.restoreAll();
      context.mock.timers.reset();
      if (!died) break;
    }
  });

  test('may run in two gateways at once', async (context) => {
    const harness = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 5; count++) jobs.push(await saveFinished(harness));
    harness.advance(KEEP_VIDEO_SECONDS);
    const both = [harness.makeDeleteVideos(), harness.makeDeleteVideos()];
    await harness.clock.until(Promise.all(both.map((deleteVideos) => deleteVideos.pass(signal))));
    for (const job of jobs) assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
    assert.deepEqual(await harness.idsWithVideo(), []);
  });

  test('deletes the other videos when some cannot be deleted', async (context) => {
    const harness = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 8; count++) jobs.push(await saveFinished(harness));
    harness.advance(KEEP_VIDEO_SECONDS);
    const ids = await harness.idsWithVideo();
    const stuck = ids.slice(0, 4);
    harness.sweepStore.call = (what, call) =>
      stuck.some((id) => what === `get job:${id}`) ? Promise.reject(unavailable('the store')) : call();
    const deleteVideos = harness.makeDeleteVideos();
    for (let passes = 0; passes < 2; passes++) await deleteVideos.pass(signal);
    assert.deepEqual((await harness.idsWithVideo()).sort(), stuck.sort());
  });
});
