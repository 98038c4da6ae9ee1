import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { turns } from '../../../support/event-loop.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { sweepOverMemory as build, KEEP_VIDEO, LOOK, type SweepOverMemory } from './sweep-over-memory.ts';

const day = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });
const { signal } = new AbortController();
const AT_ONCE = { keepVideoMs: 0 };

/** An open job with its blobs. */
async function saved(world: SweepOverMemory, make: (fields: Partial<Job>) => Job = done): Promise<Job> {
  const job = make(day());
  await world.saveBlob(job.videoBlobId);
  if (job.status === 'done') await world.saveBlob(job.mp3BlobId);
  return world.save(job);
}

/** A job that is done and told, and has left the index of open jobs with its video. */
async function left(world: SweepOverMemory): Promise<Job> {
  const job = await saved(world);
  await world.mail(job, 'sent');
  await world.standStill();
  assert.deepEqual(await world.open(), []);
  return job;
}

const blobsOf = async ({ blobs }: SweepOverMemory, job: Job) => ({
  video: (await blobs.stat(job.videoBlobId)) !== undefined,
  mp3: job.status === 'done' && (await blobs.stat(job.mp3BlobId)) !== undefined,
});
const chunksOf = ({ memory }: SweepOverMemory, blob: string) =>
  memory.keys().filter((key) => key.includes(blob));

describe('with KEEP_VIDEO_SECONDS=0, the sweep', () => {
  test('deletes the video of a job in the first pass that sees it done, though its mail waits', async (context) => {
    const world = build(context);
    const job = await saved(world);
    await world.pass(0, world.make(AT_ONCE));
    assert.deepEqual(await blobsOf(world, job), { video: false, mp3: true });
    assert.deepEqual(chunksOf(world, job.videoBlobId), []);
    assert.deepEqual([await world.open(), await world.stored(job.id)], [[job.id], job]);
    assert.equal(world.deletedVideos.count, 1);
  });

  test('deletes it once, however long the mail waits, and writes no second index', async (context) => {
    const world = build(context);
    const job = await saved(world);
    const sweep = world.make(AT_ONCE);
    await world.pass(0, sweep);
    for (let looks = 0; looks < 9; looks++) {
      const { calls } = await world.pass(LOOK, sweep);
      assert.deepEqual(
        calls.filter((call) => call.includes('blob:')),
        [],
      );
    }
    await world.mail(job, 'sent');
    await world.standStill(sweep);
    assert.deepEqual([await world.open(), await world.withVideo()], [[], []]);
    assert.ok(!world.memory.keys().some((key) => key.startsWith('videos:')));
  });

  test('tries again in the next pass what could not be deleted', async (context) => {
    const world = build(context);
    const job = await saved(world);
    const sweep = world.make(AT_ONCE);
    world.store.call = (what, call) =>
      what === `delete chunk:${job.videoBlobId}:1` ? Promise.reject(unavailable('the store')) : call();
    await world.pass(0, sweep);
    assert.notDeepEqual(chunksOf(world, job.videoBlobId), []);
    world.store.call = (_what, call) => call();
    await world.pass(1, sweep);
    assert.deepEqual(chunksOf(world, job.videoBlobId), []);
  });

  const KEPT: [status: string, make: (fields: Partial<Job>) => Job][] = [
    ['queued', newJob],
    ['converting', (fields) => newJob({ ...fields, status: 'converting', attemptId: 'one' })],
    ['failed', failed],
    ['cancelled', (fields) => newJob({ ...fields, status: 'cancelled' })],
  ];
  for (const [status, make] of KEPT)
    test(`keeps the video of a job that is ${status}`, async (context) => {
      const world = build(context);
      const job = await saved(world, make);
      await world.mail(job, 'sent');
      const sweep = world.make(AT_ONCE);
      for (let times = 0; times < 3; times++) await world.standStill(sweep);
      await world.makeCleanup(AT_ONCE).pass(signal);
      assert.equal((await blobsOf(world, job)).video, true);
    });
});

describe('a job that is done and told', () => {
  test('is in the index of videos before it leaves the open ones', async (context) => {
    const world = build(context);
    const { open, withVideo, store } = world;
    const job = await saved(world);
    await world.mail(job, 'sent');
    store.call = async (_what, call) => {
      assert.ok((await open()).includes(job.id) || (await withVideo()).includes(job.id));
      return call();
    };
    await world.standStill();
    assert.deepEqual([await open(), await withVideo()], [[], [job.id]]);
    assert.deepEqual(await blobsOf(world, job), { video: true, mp3: true });
  });

  test('stays open while that index cannot be written, and holds no other job back', async (context) => {
    const world = build(context);
    const job = await saved(world);
    const other = await world.save(newJob({ ...day(), id: job.id.replace(/^./, 'x'), status: 'cancelled' }));
    await world.mail(job, 'sent');
    world.store.call = (what, call) =>
      what.startsWith('put videos') ? Promise.reject(unavailable('the store')) : call();
    for (let looks = 0; looks < 9; looks++) await world.pass(LOOK);
    assert.ok(!(await world.open()).includes(other.id));
    assert.deepEqual([await world.open(), await world.withVideo()], [[job.id], []]);
    world.store.call = (_what, call) => call();
    await world.pass(LOOK);
    assert.deepEqual([await world.open(), await world.withVideo()], [[], [job.id]]);
  });

  test('loses its video when its time comes while it is open still', async (context) => {
    const world = build(context);
    const job = await saved(world);
    await world.pass(KEEP_VIDEO - 1);
    assert.equal((await blobsOf(world, job)).video, true);
    await world.pass(1);
    assert.deepEqual(await blobsOf(world, job), { video: false, mp3: true });
  });
});

describe('the cleanup of videos', () => {
  test('deletes a video KEEP_VIDEO_SECONDS after its job was done, and not before', async (context) => {
    const world = build(context);
    const job = await left(world);
    const cleanup = world.makeCleanup();
    const until = Date.parse(job.updated_at) + KEEP_VIDEO * 1000 - Date.now();
    world.advance(until / 1000 - 1);
    await cleanup.pass(signal);
    assert.deepEqual(
      [await blobsOf(world, job), await world.withVideo()],
      [{ video: true, mp3: true }, [job.id]],
    );
    world.advance(1);
    await cleanup.pass(signal);
    assert.deepEqual([await blobsOf(world, job), await world.withVideo()], [{ video: false, mp3: true }, []]);
    assert.deepEqual(chunksOf(world, job.videoBlobId), []);
    assert.deepEqual(await world.stored(job.id), job);
    assert.equal(world.deletedVideos.count, 1);
  });

  test('counts no video that was deleted before', async (context) => {
    const world = build(context);
    const job = await left(world);
    await world.blobs.delete(job.videoBlobId);
    world.advance(KEEP_VIDEO);
    await world.makeCleanup().pass(signal);
    assert.deepEqual([await world.withVideo(), world.deletedVideos.count], [[], 0]);
  });

  test('deletes four videos side by side', async (context) => {
    const world = build(context);
    for (let count = 0; count < 6; count++) await left(world);
    world.advance(KEEP_VIDEO);
    const gate = Promise.withResolvers<void>();
    let underWay = 0;
    world.store.call = async (what, call) => {
      if (!what.startsWith('get blob:')) return call();
      underWay++;
      await gate.promise;
      return call();
    };
    const pass = world.makeCleanup().pass(signal);
    await turns();
    assert.equal(underWay, 4);
    gate.resolve();
    await pass;
    assert.deepEqual([underWay, await world.withVideo()], [6, []]);
  });

  test('goes on at once when the time of a pass is over while videos are due, and then waits', async (context) => {
    const world = build(context);
    for (let count = 0; count < 20; count++) await left(world);
    world.advance(KEEP_VIDEO);
    // The time of each pass is over once it has deleted five videos or so.
    let deadline = new AbortController();
    context.mock.method(AbortSignal, 'timeout', () => {
      deadline = new AbortController();
      return deadline.signal;
    });
    let reads = 0;
    let deletions = 0;
    world.store.call = (what, call) => {
      if (what === 'getMany videos:0') reads++;
      if (what.startsWith('delete blob:') && ++deletions % 5 === 0)
        deadline.abort(new Error('the time is over'));
      return call();
    };
    const stop = new AbortController();
    const running = world.makeCleanup().run(600, stop.signal);
    world.clock.advance(600_000);
    await turns(2_000);
    assert.deepEqual([await world.withVideo(), world.deletedVideos.count], [[], 20]);
    // The last pass finds nothing left to do, so that the next comes after the usual time.
    const before = reads;
    await turns();
    assert.equal(reads, before);
    world.clock.advance(600_000);
    await turns();
    assert.ok(reads > before);
    stop.abort();
    await running;
    assert.deepEqual(world.lines.objects(), []);
  });

  test('reads nothing but its index while no video is due', async (context) => {
    const world = build(context);
    for (let count = 0; count < 5; count++) await left(world);
    world.calls.length = 0;
    await world.makeCleanup().pass(signal);
    assert.deepEqual(world.calls, ['getMany videos:0']);
  });

  test('goes by the present setting, also for jobs that were done under another', async (context) => {
    const world = build(context);
    const job = await left(world);
    await world.makeCleanup({ keepVideoMs: KEEP_VIDEO * 2000 }).pass(signal);
    assert.equal((await blobsOf(world, job)).video, true);
    await world.makeCleanup(AT_ONCE).pass(signal);
    assert.equal((await blobsOf(world, job)).video, false);
  });

  test('only forgets a job that was deleted meanwhile', async (context) => {
    const world = build(context);
    const job = await left(world);
    await world.jobs.update(job.id, tombstone);
    world.advance(KEEP_VIDEO);
    world.calls.length = 0;
    await world.makeCleanup().pass(signal);
    assert.ok(!world.calls.some((call) => call.includes(job.videoBlobId)), String(world.calls));
    assert.deepEqual(await world.withVideo(), []);
  });

  test('only forgets a job that has expired, though its video were to be kept for longer', async (context) => {
    const world = build(context);
    await left(world);
    const cleanup = world.makeCleanup({ keepVideoMs: 10 * 86_400_000 });
    await cleanup.pass(signal);
    assert.equal((await world.withVideo()).length, 1);
    world.advance(86_400);
    await cleanup.pass(signal);
    assert.deepEqual(await world.withVideo(), []);
    assert.equal(world.deletedVideos.count, 0);
  });

  test('that dies after any of its calls is finished by the next pass', async (context) => {
    for (let calls = 0; ; calls++) {
      const world = build(context);
      const job = await left(world);
      world.advance(KEEP_VIDEO);
      let count = 0;
      world.store.call = (_what, call) => (count++ < calls ? call() : Promise.reject(new Error('killed')));
      await world
        .makeCleanup()
        .pass(signal)
        .catch(() => undefined);
      world.store.call = (_what, call) => call();
      const died = count > calls;
      await world.makeCleanup().pass(signal);
      assert.deepEqual(
        [await blobsOf(world, job), await world.withVideo()],
        [{ video: false, mp3: true }, []],
      );
      assert.deepEqual(chunksOf(world, job.videoBlobId), []);
      context.mock.restoreAll();
      context.mock.timers.reset();
      if (!died) break;
    }
  });

  test('is done by two gateways at once', async (context) => {
    const world = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 5; count++) jobs.push(await left(world));
    world.advance(KEEP_VIDEO);
    const both = [world.makeCleanup(), world.makeCleanup()];
    await world.clock.until(Promise.all(both.map((cleanup) => cleanup.pass(signal))));
    for (const job of jobs) assert.deepEqual(await blobsOf(world, job), { video: false, mp3: true });
    assert.deepEqual(await world.withVideo(), []);
  });

  test('lets no video that cannot be deleted keep the others', async (context) => {
    const world = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 8; count++) jobs.push(await left(world));
    world.advance(KEEP_VIDEO);
    const ids = await world.withVideo();
    const stuck = ids.slice(0, 4);
    world.store.call = (what, call) =>
      stuck.some((id) => what === `get job:${id}`) ? Promise.reject(unavailable('the store')) : call();
    const cleanup = world.makeCleanup();
    for (let passes = 0; passes < 2; passes++) await cleanup.pass(signal);
    assert.deepEqual((await world.withVideo()).sort(), stuck.sort());
  });
});
