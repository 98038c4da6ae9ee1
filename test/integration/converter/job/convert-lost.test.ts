import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createTranscode } from '../../../../services/converter/ffmpeg/transcode.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { cancel, claim, complete, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { newJob } from '../../../support/job.ts';
import { media, video } from '../../../support/media.ts';
import { processesIn } from '../../../support/processes.ts';
import { until } from '../../../support/wait.ts';
import { endless, whileConverting } from './at-work.ts';
import { type Setting, setUp } from './setting.ts';

const chunkOwners = ({ state }: Setting) =>
  [
    ...new Set(state.keys().flatMap((key) => (key.startsWith('chunk:') ? [key.split(':')[1]] : []))),
  ].toSorted();

describe('the job is the attempt’s no more', () => {
  const LOSSES: [what: string, lose: (setting: Setting, id: string) => Promise<unknown>][] = [
    ['cancelled', (setting, id) => setting.jobs.update(id, cancel)],
    ['deleted', (setting, id) => setting.jobs.update(id, tombstone)],
    ['gone', (setting, id) => setting.state.delete(`job:${id}`)],
    ['taken over', (setting, id) => setting.jobs.update(id, claim('other'))],
  ];
  for (const [what, lose] of LOSSES) {
    it(`${what}: ffmpeg is ended, nothing is told or left`, async () => {
      await using setting = await setUp({ transcode: endless });
      const after: unknown[] = [];
      const { job, outcome } = await whileConverting(setting, async (id) => {
        await lose(setting, id);
        after.push(await setting.state.get(`job:${id}`));
      });
      assert.equal(outcome, 'resolved');
      assert.deepEqual(
        after,
        [await setting.state.get(`job:${job.id}`)],
        'the attempt changed the job after that',
      );
      assert.deepEqual(setting.stored(), [job.videoBlobId]);
      assert.deepEqual(setting.published, []);
    });
  }

  it('done by another, and its video deleted, while it is read: nothing is told or left, and the job stays done', async () => {
    const mp3 = { size: 1, sha256: 'ab', duration_seconds: 1 };
    let job: Job | undefined;
    await using setting = await setUp({
      wrap: (state) => ({
        ...state,
        async getBytes(...args) {
          const reading = job;
          job = undefined;
          if (reading) {
            await setting.jobs.update(reading.id, claim('other'));
            await setting.jobs.update(reading.id, complete('other', mp3, {}));
            await setting.blobs.delete(reading.videoBlobId);
          }
          return state.getBytes(...args);
        },
      }),
    });
    job = await setting.submit(await video(2));
    const { id } = job;
    await setting.deliver({ id });
    const { status, mp3BlobId: audio, error } = await setting.job({ id });
    assert.deepEqual([status, audio, error], ['done', 'other', null]);
    assert.deepEqual([setting.stored(), setting.published], [[], []]);
  });

  it('cancelled while several processes encode it side by side: all are ended', async () => {
    const slots = createSlots(4);
    const transcode = createTranscode({
      ffmpeg: 'ffmpeg',
      ffprobe: 'ffprobe',
      limits: { maxDurationSeconds: 36_000, maxConvertSeconds: 3600 },
      spare: slots,
      minSegmentSeconds: 1,
    });
    await using setting = await setUp({ transcode, slots });
    const hours = await media('hours.flac', '-f', 'lavfi', '-i', 'anoisesrc=r=8000:d=7200:a=0.1', '-ac', '1');
    const job = await setting.submit(hours, { options: { quality: 0 } });
    const running = setting.deliver(job);
    await until('several processes', async () => processesIn(setting.root).length >= 3);
    await setting.jobs.update(job.id, cancel);
    await running;
    assert.equal((await setting.job(job)).status, 'cancelled');
    assert.deepEqual(setting.stored(), [job.videoBlobId]);
  });
});

describe('a converter that was stopped for longer than its lease, and is back', () => {
  /** Held up at a put of the first attempt, while a second converter takes the job over and ends it. */
  async function zombie(heldUp: RegExp) {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const wrap = (state: StateStore): StateStore => ({
      ...state,
      async put(key, value, options) {
        if (heldUp.test(`${key} ${value}`)) {
          reached.resolve();
          await gate.promise;
        }
        return state.put(key, value, options);
      },
      async putBytes(key, bytes, options) {
        if (heldUp.test(key)) {
          reached.resolve();
          await gate.promise;
        }
        return state.putBytes(key, bytes, options);
      },
    });
    const stopped = await setUp({ wrap, times: { leaseMs: 60, pollMs: 5, beatMs: 1_000_000 } });
    const job = await stopped.submit(await video(2));
    const late = stopped.deliver(job);
    await reached.promise;
    const other = await setUp({ state: stopped.state });
    await other.deliver(job);
    const done = await other.job(job);
    gate.resolve();
    await late;
    return { stopped, other, job, done };
  }

  for (const [where, heldUp] of [
    ['before its first chunk', /^blob:.*reserved/],
    ['in the middle of its MP3', /^chunk:/],
    ['before its MP3 is complete', /^blob:.*sha256/],
    ['with its result in its hands', /^job:.*"status":"done"/],
  ] as const) {
    it(`${where}: writes nothing over the newer result, tells nobody, and leaves nothing`, async () => {
      const { stopped, other, job, done } = await zombie(heldUp);
      await using first = stopped;
      await using second = other;
      assert.deepEqual([done.status, done.attempts], ['done', 2]);
      assert.deepEqual(await first.job(job), done);
      assert.deepEqual(second.stored().toSorted(), [job.videoBlobId, done.mp3BlobId].toSorted());
      assert.deepEqual(chunkOwners(first), [job.videoBlobId, done.mp3BlobId].toSorted());
      assert.deepEqual([first.published.length, second.published.length], [0, 1]);
      const bytes = await buffer(second.blobs.read(done.mp3BlobId ?? ''));
      assert.equal(bytes.length, done.mp3?.size);
    });
  }
});

it('when the service stops, ffmpeg is ended and the job handed back, at no cost to its attempts', async () => {
  await using setting = await setUp({ transcode: endless });
  const { job, outcome } = await whileConverting(setting, async () =>
    setting.stopping.abort(new Error('stop')),
  );
  assert.equal((outcome as { code?: string }).code, 'unavailable');
  const back = await setting.job(job);
  assert.deepEqual([back.status, back.attemptId, back.attempts], ['queued', null, 0]);
});

describe('when no gateway has used the store for an hour', () => {
  const longAgo = ({ state }: Setting) =>
    state.put('store:shared', JSON.stringify({ shown_at: new Date(Date.now() - 3600_000).toISOString() }));

  it('a job that was accepted before is converted all the same', async () => {
    await using setting = await setUp();
    await longAgo(setting);
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    assert.equal((await setting.job(job)).status, 'done');
  });

  it('the event of a job that is not there is kept, since the job may be in another store', async () => {
    await using setting = await setUp();
    await longAgo(setting);
    await assert.rejects(setting.deliver(newJob()), (error) => isAppError(error, 'unavailable'));
  });

  it('the event of a job that was deleted is not kept', async () => {
    await using setting = await setUp();
    await longAgo(setting);
    const job = await setting.submit(await video(2));
    await setting.jobs.update(job.id, tombstone);
    await setting.deliver(job);
  });
});

it('the event of a job that is not there is done with while a gateway uses the store', async () => {
  await using setting = await setUp();
  await setting.deliver(newJob());
  assert.deepEqual(setting.published, []);
});
