import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retryWith } from '../../../../services/shared/jobs/generations.ts';
import type { DoneJob } from '../../../../services/shared/jobs/job.ts';
import { cancel, claim, complete, fail } from '../../../../services/shared/jobs/transitions.ts';
import { createInMemorySweep as build, type InMemorySweep, KEEP_VIDEO_SECONDS } from './in-memory-sweep.ts';
import { saveFinished } from './saved-videos.ts';

const { signal } = new AbortController();
const MP3 = { size: 9, sha256: 'ab', duration_seconds: 1 };

/** A job that was done and finished, and that its owner has converted again, as far as its `queued` state. */
async function convertAgain(harness: InMemorySweep): Promise<DoneJob> {
  const job = (await saveFinished(harness)) as DoneJob;
  await harness.index.addActive(job.owner, job.id);
  await harness.jobs.update(job.id, retryWith({ bitrate: 192 }));
  return job;
}

const stored = async ({ blobs }: InMemorySweep, ids: string[]) => {
  const found = await Promise.all(ids.map(async (id) => ((await blobs.stat(id)) ? [id] : [])));
  return found.flat();
};

describe('the sweep, for a job that is converted again', () => {
  test('publishes it again, and deletes neither its video nor its old MP3', async (context) => {
    const harness = build(context);
    const { id, videoBlobId, mp3BlobId } = await convertAgain(harness);
    assert.ok((await harness.passUntilStalled()).includes(`video ${id}`));
    harness.advance(KEEP_VIDEO_SECONDS);
    await harness.makeDeleteVideos().pass(signal);
    await harness.passUntilStalled();
    assert.deepEqual(await stored(harness, [videoBlobId, mp3BlobId]), [videoBlobId, mp3BlobId]);
  });

  test('deletes the old MP3 once the new one is there and its owner is notified', async (context) => {
    const harness = build(context);
    const { id, mp3BlobId } = await convertAgain(harness);
    await harness.jobs.update(id, claim('two'));
    await harness.saveBlob('two');
    const again = await harness.jobs.update(id, complete('two', { mp3: MP3, warnings: [] }, {}));
    assert.ok((await harness.passUntilStalled()).includes(`mp3 ${id}`));
    await harness.saveMailRecord(again, 'sent');
    await harness.passUntilStalled();
    assert.deepEqual(await stored(harness, [mp3BlobId, 'two']), ['two']);
    assert.deepEqual([await harness.activeIds(), await harness.idsWithVideo()], [[], [id]]);
  });

  for (const end of ['failed', 'cancelled'] as const) {
    test(`keeps video and old MP3 where the job is ${end}`, async (context) => {
      const harness = build(context);
      const { id, videoBlobId, mp3BlobId } = await convertAgain(harness);
      await harness.jobs.update(id, claim('two'));
      await harness.saveBlob('two');
      const change = end === 'failed' ? fail('two', { code: 'gave_up', detail: 'x' }, {}) : cancel;
      await harness.saveMailRecord(await harness.jobs.update(id, change), 'sent');
      await harness.passUntilStalled();
      assert.deepEqual(await harness.activeIds(), []);
      harness.advance(KEEP_VIDEO_SECONDS);
      await harness.makeDeleteVideos().pass(signal);
      assert.deepEqual(await stored(harness, [videoBlobId, mp3BlobId, 'two']), [videoBlobId, mp3BlobId]);
    });
  }

  test('keeps the video for as long as after the first conversion, although its old entry in the index is due', async (context) => {
    const harness = build(context);
    const { id, videoBlobId } = await convertAgain(harness);
    const deleteVideos = harness.makeDeleteVideos();
    harness.advance(KEEP_VIDEO_SECONDS);
    await harness.jobs.update(id, claim('two'));
    await harness.saveBlob('two');
    const again = await harness.jobs.update(id, complete('two', { mp3: MP3, warnings: [] }, {}));
    await harness.saveMailRecord(again, 'sent');

    await deleteVideos.pass(signal);
    assert.deepEqual(await stored(harness, [videoBlobId]), [videoBlobId]);
    await harness.passUntilStalled();
    assert.deepEqual(await harness.idsWithVideo(), [id]);
    harness.advance(KEEP_VIDEO_SECONDS);
    await deleteVideos.pass(signal);
    assert.deepEqual([await stored(harness, [videoBlobId]), await harness.idsWithVideo()], [[], []]);
  });

  test('deletes everything of a job that expires while it is converted again', async (context) => {
    const harness = build(context);
    const { id } = await convertAgain(harness);
    await harness.jobs.update(id, claim('two'));
    await harness.saveBlob('two');
    const expires_at = new Date(Date.now() + 1_000).toISOString();
    await harness.jobs.update(id, (job) => ({ ...job, expires_at }));
    harness.advance(2);
    await harness.passUntilStalled();
    assert.deepEqual(await harness.remaining(), []);
  });
});
