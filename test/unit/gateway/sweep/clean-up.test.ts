import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retry } from '../../../../services/shared/jobs/generations.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { createInMemorySweep as build, expiringInADay, PASS_SECONDS } from './in-memory-sweep.ts';
import { blobsOf, saveWithBlobs } from './saved-videos.ts';

describe('createCleanUp, for the index of active jobs', () => {
  const ENDED: [what: string, job: () => Job][] = [
    ['done and notified of', done],
    ['failed and notified of', failed],
    ['cancelled', () => newJob({ status: 'cancelled' })],
    ['deleted', () => newJob({ status: 'deleted' })],
  ];
  for (const [what, make] of ENDED) {
    test(`removes a job that is ${what} once it has not changed for the stall timeout`, async (context) => {
      const { save, pass, saveMailRecord, activeIds } = build(context);
      const job = await save(make());
      await saveMailRecord(job, 'sent');
      for (const seconds of [0, PASS_SECONDS, PASS_SECONDS - 1]) {
        await pass(seconds);
        assert.deepEqual(await activeIds(), [job.id]);
      }
      await pass(1);
      assert.deepEqual(await activeIds(), []);
    });
  }

  test('removes an entry without a job once it has not changed for the stall timeout', async (context) => {
    const { index, pass, activeIds } = build(context);
    const { id } = newJob();
    await index.addActive(OWNER.id, id);
    for (const seconds of [0, PASS_SECONDS, PASS_SECONDS - 1]) await pass(seconds);
    assert.deepEqual(await activeIds(), [id]);
    await pass(1);
    assert.deepEqual(await activeIds(), []);
  });

  test('removes a job that expired while it was active, and deletes its blobs', async (context) => {
    const { save, saveBlob, pass, passUntilStalled, remaining, activeIds } = build(context);
    const blobs = {
      videoBlobId: await saveBlob('v'),
      attemptId: await saveBlob('a'),
      orphanedBlobs: [await saveBlob('l')],
    };
    await save(
      newJob({ ...blobs, status: 'converting', expires_at: new Date(Date.now() + 200_000).toISOString() }),
    );
    for (let at = 0; at < 200; at += 20) await pass(20);
    assert.deepEqual(await passUntilStalled(), []);
    assert.deepEqual([await remaining(), await activeIds()], [[], []]);
  });

  test('adds a failed job to the index of failed jobs before it removes it', async (context) => {
    const { save, passUntilStalled, saveMailRecord, activeIds, failedIds, sweepStore, makeSweep } =
      build(context);
    const job = await save(failed());
    await saveMailRecord(job, 'sent');
    const seen: boolean[] = [];
    sweepStore.call = async (what, call) => {
      const isOpen = (await activeIds()).includes(job.id);
      if (what.startsWith('put open')) seen.push((await failedIds()).includes(job.id));
      assert.ok(isOpen || (await failedIds()).includes(job.id));
      return call();
    };
    await passUntilStalled(makeSweep());
    assert.deepEqual([seen, await activeIds(), await failedIds()], [[true], [], [job.id]]);
  });

  test('keeps a failed job active while the index of failed jobs cannot be written', async (context) => {
    const { save, pass, saveMailRecord, activeIds, failedIds, sweepStore } = build(context);
    const job = await save(failed(expiringInADay()));
    await saveMailRecord(job, 'sent');
    sweepStore.call = (what, call) =>
      what.startsWith('put failed') ? Promise.reject(unavailable('the store')) : call();
    for (let passes = 0; passes < 9; passes++) await pass(PASS_SECONDS).catch(() => undefined);
    assert.deepEqual([await activeIds(), await failedIds()], [[job.id], []]);
    sweepStore.call = (_what, call) => call();
    await pass(PASS_SECONDS);
    assert.deepEqual([await activeIds(), await failedIds()], [[], [job.id]]);
  });

  test('adds a done job to the index of videos before it removes it', async (context) => {
    const harness = build(context);
    const { activeIds, idsWithVideo, sweepStore } = harness;
    const job = await saveWithBlobs(harness);
    await harness.saveMailRecord(job, 'sent');
    sweepStore.call = async (_what, call) => {
      assert.ok((await activeIds()).includes(job.id) || (await idsWithVideo()).includes(job.id));
      return call();
    };
    await harness.passUntilStalled();
    assert.deepEqual([await activeIds(), await idsWithVideo()], [[], [job.id]]);
    assert.deepEqual(await blobsOf(harness, job), { video: true, mp3: true });
  });

  test('keeps a done job active while the index of videos cannot be written, and removes the others', async (context) => {
    const harness = build(context);
    const job = await saveWithBlobs(harness);
    const other = await harness.save(
      newJob({ ...expiringInADay(), id: job.id.replace(/^./, 'x'), status: 'cancelled' }),
    );
    await harness.saveMailRecord(job, 'sent');
    harness.sweepStore.call = (what, call) =>
      what.startsWith('put videos') ? Promise.reject(unavailable('the store')) : call();
    for (let passes = 0; passes < 9; passes++) await harness.pass(PASS_SECONDS);
    assert.ok(!(await harness.activeIds()).includes(other.id));
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[job.id], []]);
    harness.sweepStore.call = (_what, call) => call();
    await harness.pass(PASS_SECONDS);
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[], [job.id]]);
  });
});

describe('createCleanUp, for a job that is retried meanwhile', () => {
  for (const [what, before] of [
    ['removes the entry', 'put open'],
    ['reads the job', 'getMany job'],
  ] as const) {
    test(`keeps the entry of a job that is retried just before the sweep ${what}`, async (context) => {
      const harness = build(context);
      const { save, pass, index, jobs, sweepStore, activeIds } = harness;
      const job = await save(newJob({ ...expiringInADay(), status: 'cancelled' }));
      for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
      let isRetried = false;
      // The owner retries the job in the middle of the pass that removes its entry.
      sweepStore.call = async (call, make) => {
        const result = call.startsWith(before) ? undefined : await make();
        if (call.startsWith(before) && !isRetried) {
          isRetried = true;
          await index.addActive(OWNER.id, job.id);
          await jobs.update(job.id, retry);
          await index.addActive(OWNER.id, job.id);
        }
        return (result ?? (await make())) as never;
      };
      await harness.clock.until(pass(PASS_SECONDS));
      assert.ok(isRetried);
      assert.deepEqual(await activeIds(), [job.id]);
      sweepStore.call = (_call, make) => make();
      const published = [...(await harness.passUntilStalled()), ...(await harness.passUntilStalled())];
      assert.ok(published.includes(`video ${job.id}`));
    });
  }

  test('keeps the entry of a job whose retry died half way, and the same request again completes it', async (context) => {
    const { save, pass, index, passUntilStalled, activeIds, jobs } = build(context);
    const job = await save(newJob({ ...expiringInADay(), status: 'cancelled' }));
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    await index.addActive(OWNER.id, job.id); // Its gateway is killed here.
    await pass(PASS_SECONDS);
    assert.deepEqual(await activeIds(), [job.id]);
    await jobs.update(job.id, retry);
    assert.deepEqual(await passUntilStalled(), [`video ${job.id}`]);
  });
});

describe('createCleanUp, for blobs', () => {
  test('deletes all blobs of a tombstone, and may do so twice', async (context) => {
    const { save, saveBlob, passUntilStalled, jobs, index, remaining, memory, findJob } = build(context);
    const job = await save(
      done({ ...expiringInADay(), videoBlobId: await saveBlob('v'), mp3BlobId: await saveBlob('a') }),
    );
    await saveBlob('l');
    await jobs.update(job.id, (now) => ({ ...now, orphanedBlobs: ['l'] }));
    await jobs.update(job.id, tombstone);
    for (let times = 0; times < 2; times++) {
      await passUntilStalled();
      assert.deepEqual(await remaining(), []);
      assert.equal((await findJob(job.id))?.status, 'deleted');
      await index.addActive(OWNER.id, job.id);
    }
    assert.ok(memory.keys().length < 4);
  });

  test('deletes the orphaned blobs of an ended job, but never its MP3 or its video', async (context) => {
    const { save, saveBlob, passUntilStalled, saveMailRecord, blobs, remaining } = build(context);
    const [videoBlobId, mp3BlobId, orphaned] = [
      await saveBlob('v'),
      await saveBlob('a'),
      await saveBlob('l'),
    ];
    const job = await save(
      done({ ...expiringInADay(), videoBlobId, mp3BlobId, orphanedBlobs: [orphaned, mp3BlobId] }),
    );
    await passUntilStalled();
    assert.ok(await blobs.stat(orphaned), 'the job waits for its mail and keeps its blobs');
    await saveMailRecord(job, 'sent');
    await passUntilStalled();
    await passUntilStalled();
    const kept = [videoBlobId, mp3BlobId, orphaned].map(async (id) => (await blobs.stat(id)) !== undefined);
    assert.deepEqual(await Promise.all(kept), [true, true, false]);
    assert.equal((await remaining()).length, 7); // The job, and two blobs with a manifest and two chunks each.
  });

  test('goes on after a blob that cannot be deleted, and deletes it in a later pass', async (context) => {
    const { save, saveBlob, pass, passUntilStalled, activeIds, sweepStore, remaining } = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 5; count++) {
      const videoBlobId = await saveBlob(`video-${count}`);
      jobs.push(await save(newJob({ ...expiringInADay(), status: 'deleted', videoBlobId })));
    }
    sweepStore.call = (what, call) =>
      /^delete chunk:video-[13]/.test(what) ? Promise.reject(unavailable('the store')) : call();
    await passUntilStalled();
    assert.deepEqual((await activeIds()).sort(), [jobs[1]?.id, jobs[3]?.id].sort());
    sweepStore.call = (_what, call) => call();
    await pass(1);
    assert.deepEqual(await remaining(), []);
  });
});
