import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { turns } from '../../../support/turns.ts';
import {
  createInMemorySweep as build,
  type InMemorySweep,
  KEEP_VIDEO_SECONDS,
  PASS_SECONDS,
} from './in-memory-sweep.ts';

const day = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });
const { signal } = new AbortController();
const AT_ONCE = { keepVideoMs: 0 };

/** An open job with its blobs. */
async function saved(harness: InMemorySweep, make: (fields: Partial<Job>) => Job = done): Promise<Job> {
  const job = make(day());
  await harness.saveBlob(job.videoBlobId);
  if (job.status === 'done') await harness.saveBlob(job.mp3BlobId);
  return harness.save(job);
}

/** A job that is done and told, and has left the index of open jobs with its video. */
async function left(harness: InMemorySweep): Promise<Job> {
  const job = await saved(harness);
  await harness.saveMailRecord(job, 'sent');
  await harness.passUntilStalled();
  assert.deepEqual(await harness.activeIds(), []);
  return job;
}

const blobsOf = async ({ blobs }: InMemorySweep, job: Job) => ({
  video: (await blobs.stat(job.videoBlobId)) !== undefined,
  mp3: job.status === 'done' && (await blobs.stat(job.mp3BlobId)) !== undefined,
});
const chunksOf = ({ memory }: InMemorySweep, blob: string) =>
  memory.keys().filter((key) => key.includes(blob));

describe('with KEEP_VIDEO_SECONDS=0, the sweep', () => {
  test('deletes the video of a job in the first pass that sees it done, though its mail waits', async (context) => {
    const harness = build(context);
    const job = await saved(harness);
    await harness.pass(0, harness.makeSweep(AT_ONCE));
    assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
    assert.deepEqual([await harness.activeIds(), await harness.findJob(job.id)], [[job.id], job]);
    assert.equal(harness.deletedVideos.count, 1);
  });

  test('deletes it once, however long the mail waits, and writes no second index', async (context) => {
    const harness = build(context);
    const job = await saved(harness);
    const sweep = harness.makeSweep(AT_ONCE);
    await harness.pass(0, sweep);
    for (let looks = 0; looks < 9; looks++) {
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

  test('tries again in the next pass what could not be deleted', async (context) => {
    const harness = build(context);
    const job = await saved(harness);
    const sweep = harness.makeSweep(AT_ONCE);
    harness.sweepStore.call = (what, call) =>
      what === `delete chunk:${job.videoBlobId}:1` ? Promise.reject(unavailable('the store')) : call();
    await harness.pass(0, sweep);
    assert.notDeepEqual(chunksOf(harness, job.videoBlobId), []);
    harness.sweepStore.call = (_what, call) => call();
    await harness.pass(1, sweep);
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
  });

  const KEPT: [status: string, make: (fields: Partial<Job>) => Job][] = [
    ['queued', newJob],
    ['converting', (fields) => newJob({ ...fields, status: 'converting', attemptId: 'one' })],
    ['failed', failed],
    ['cancelled', (fields) => newJob({ ...fields, status: 'cancelled' })],
  ];
  for (const [status, make] of KEPT)
    test(`keeps the video of a job that is ${status}`, async (context) => {
      const harness = build(context);
      const job = await saved(harness, make);
      await harness.saveMailRecord(job, 'sent');
      const sweep = harness.makeSweep(AT_ONCE);
      for (let times = 0; times < 3; times++) await harness.passUntilStalled(sweep);
      await harness.makeDeleteVideos(AT_ONCE).pass(signal);
      assert.equal((await blobsOf(harness, job)).video, true);
    });
});

describe('a job that is done and told', () => {
  test('is in the index of videos before it leaves the open ones', async (context) => {
    const harness = build(context);
    const { activeIds, idsWithVideo, sweepStore } = harness;
    const job = await saved(harness);
    await harness.saveMailRecord(job, 'sent');
    sweepStore.call = async (_what, call) => {
      assert.ok((await activeIds()).includes(job.id) || (await idsWithVideo()).includes(job.id));
      return call();
    };
    await harness.passUntilStalled();
    assert.deepEqual([await activeIds(), await idsWithVideo()], [[], [job.id]]);
    assert.deepEqual(await blobsOf(harness, job), { video: true, mp3: true });
  });

  test('stays open while that index cannot be written, and holds no other job back', async (context) => {
    const harness = build(context);
    const job = await saved(harness);
    const other = await harness.save(
      newJob({ ...day(), id: job.id.replace(/^./, 'x'), status: 'cancelled' }),
    );
    await harness.saveMailRecord(job, 'sent');
    harness.sweepStore.call = (what, call) =>
      what.startsWith('put videos') ? Promise.reject(unavailable('the store')) : call();
    for (let looks = 0; looks < 9; looks++) await harness.pass(PASS_SECONDS);
    assert.ok(!(await harness.activeIds()).includes(other.id));
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[job.id], []]);
    harness.sweepStore.call = (_what, call) => call();
    await harness.pass(PASS_SECONDS);
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[], [job.id]]);
  });

  test('loses its video when its time comes while it is open still', async (context) => {
    const harness = build(context);
    const job = await saved(harness);
    await harness.pass(KEEP_VIDEO_SECONDS - 1);
    assert.equal((await blobsOf(harness, job)).video, true);
    await harness.pass(1);
    assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
  });
});

describe('the cleanup of videos', () => {
  test('deletes a video KEEP_VIDEO_SECONDS after its job was done, and not before', async (context) => {
    const harness = build(context);
    const job = await left(harness);
    const cleanup = harness.makeDeleteVideos();
    const until = Date.parse(job.updated_at) + KEEP_VIDEO_SECONDS * 1000 - Date.now();
    harness.advance(until / 1000 - 1);
    await cleanup.pass(signal);
    assert.deepEqual(
      [await blobsOf(harness, job), await harness.idsWithVideo()],
      [{ video: true, mp3: true }, [job.id]],
    );
    harness.advance(1);
    await cleanup.pass(signal);
    assert.deepEqual(
      [await blobsOf(harness, job), await harness.idsWithVideo()],
      [{ video: false, mp3: true }, []],
    );
    assert.deepEqual(chunksOf(harness, job.videoBlobId), []);
    assert.deepEqual(await harness.findJob(job.id), job);
    assert.equal(harness.deletedVideos.count, 1);
  });

  test('counts no video that was deleted before', async (context) => {
    const harness = build(context);
    const job = await left(harness);
    await harness.blobs.delete(job.videoBlobId);
    harness.advance(KEEP_VIDEO_SECONDS);
    await harness.makeDeleteVideos().pass(signal);
    assert.deepEqual([await harness.idsWithVideo(), harness.deletedVideos.count], [[], 0]);
  });

  test('deletes four videos side by side', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 6; count++) await left(harness);
    harness.advance(KEEP_VIDEO_SECONDS);
    const gate = Promise.withResolvers<void>();
    let underWay = 0;
    harness.sweepStore.call = async (what, call) => {
      if (!what.startsWith('get blob:')) return call();
      underWay++;
      await gate.promise;
      return call();
    };
    const pass = harness.makeDeleteVideos().pass(signal);
    await turns();
    assert.equal(underWay, 4);
    gate.resolve();
    await pass;
    assert.deepEqual([underWay, await harness.idsWithVideo()], [6, []]);
  });

  test('goes on at once when the time of a pass is over while videos are due, and then waits', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 20; count++) await left(harness);
    harness.advance(KEEP_VIDEO_SECONDS);
    // The time of each pass is over once it has deleted five videos or so.
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
    await turns(2_000);
    assert.deepEqual([await harness.idsWithVideo(), harness.deletedVideos.count], [[], 20]);
    // The last pass finds nothing left to do, so that the next comes after the usual time.
    const before = reads;
    await turns();
    assert.equal(reads, before);
    harness.clock.advance(600_000);
    await turns();
    assert.ok(reads > before);
    stop.abort();
    await running;
    assert.deepEqual(harness.lines.objects(), []);
  });

  test('reads nothing but its index while no video is due', async (context) => {
    const harness = build(context);
    for (let count = 0; count < 5; count++) await left(harness);
    harness.calls.length = 0;
    await harness.makeDeleteVideos().pass(signal);
    assert.deepEqual(harness.calls, ['getMany videos:0']);
  });

  test('goes by the present setting, also for jobs that were done under another', async (context) => {
    const harness = build(context);
    const job = await left(harness);
    await harness.makeDeleteVideos({ keepVideoMs: KEEP_VIDEO_SECONDS * 2000 }).pass(signal);
    assert.equal((await blobsOf(harness, job)).video, true);
    await harness.makeDeleteVideos(AT_ONCE).pass(signal);
    assert.equal((await blobsOf(harness, job)).video, false);
  });

  test('only forgets a job that was deleted meanwhile', async (context) => {
    const harness = build(context);
    const job = await left(harness);
    await harness.jobs.update(job.id, tombstone);
    harness.advance(KEEP_VIDEO_SECONDS);
    harness.calls.length = 0;
    await harness.makeDeleteVideos().pass(signal);
    assert.ok(!harness.calls.some((call) => call.includes(job.videoBlobId)), String(harness.calls));
    assert.deepEqual(await harness.idsWithVideo(), []);
  });

  test('only forgets a job that has expired, though its video were to be kept for longer', async (context) => {
    const harness = build(context);
    await left(harness);
    const cleanup = harness.makeDeleteVideos({ keepVideoMs: 10 * 86_400_000 });
    await cleanup.pass(signal);
    assert.equal((await harness.idsWithVideo()).length, 1);
    harness.advance(86_400);
    await cleanup.pass(signal);
    assert.deepEqual(await harness.idsWithVideo(), []);
    assert.equal(harness.deletedVideos.count, 0);
  });

  test('that dies after any of its calls is finished by the next pass', async (context) => {
    for (let calls = 0; ; calls++) {
      const harness = build(context);
      const job = await left(harness);
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

  test('is done by two gateways at once', async (context) => {
    const harness = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 5; count++) jobs.push(await left(harness));
    harness.advance(KEEP_VIDEO_SECONDS);
    const both = [harness.makeDeleteVideos(), harness.makeDeleteVideos()];
    await harness.clock.until(Promise.all(both.map((cleanup) => cleanup.pass(signal))));
    for (const job of jobs) assert.deepEqual(await blobsOf(harness, job), { video: false, mp3: true });
    assert.deepEqual(await harness.idsWithVideo(), []);
  });

  test('lets no video that cannot be deleted keep the others', async (context) => {
    const harness = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 8; count++) jobs.push(await left(harness));
    harness.advance(KEEP_VIDEO_SECONDS);
    const ids = await harness.idsWithVideo();
    const stuck = ids.slice(0, 4);
    harness.sweepStore.call = (what, call) =>
      stuck.some((id) => what === `get job:${id}`) ? Promise.reject(unavailable('the store')) : call();
    const cleanup = harness.makeDeleteVideos();
    for (let passes = 0; passes < 2; passes++) await cleanup.pass(signal);
    assert.deepEqual((await harness.idsWithVideo()).sort(), stuck.sort());
  });
});
