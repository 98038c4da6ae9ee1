import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createTranscode } from '../../../../services/converter/transcode/transcode.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { cancel, claim, complete, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { newJob } from '../../../support/job.ts';
import { media, video } from '../../../support/media.ts';
import { processesIn } from '../../../support/processes.ts';
import { tools } from '../../../support/tools.ts';
import { waitFor } from '../../../support/wait.ts';
import { endless, whileConverting } from './running-conversions.ts';
import { createTestConverter, type TestConverter } from './test-converter.ts';

const chunkOwners = ({ state }: TestConverter) =>
  [
    ...new Set(state.keys().flatMap((key) => (key.startsWith('chunk:') ? [key.split(':')[1]] : []))),
  ].toSorted();

describe('createConvert › an attempt that has lost its job', () => {
  const LOSSES: [what: string, lose: (converter: TestConverter, id: string) => Promise<unknown>][] = [
    ['cancelled', (converter, id) => converter.jobs.update(id, cancel)],
    ['deleted', (converter, id) => converter.jobs.update(id, tombstone)],
    ['removed from the store', (converter, id) => converter.state.delete(`job:${id}`)],
    ['taken over', (converter, id) => converter.jobs.update(id, claim('other'))],
  ];
  for (const [what, lose] of LOSSES) {
    it(`ends ffmpeg, and leaves and publishes nothing, when the job was ${what}`, async () => {
      await using converter = await createTestConverter({ transcode: endless });
      const after: unknown[] = [];
      const { job, outcome } = await whileConverting(converter, async (id) => {
        await lose(converter, id);
        after.push(await converter.state.get(`job:${id}`));
      });
      assert.equal(outcome, 'resolved');
      assert.deepEqual(
        after,
        [await converter.state.get(`job:${job.id}`)],
        'the attempt changed the job afterwards',
      );
      assert.deepEqual(converter.stored(), [job.videoBlobId]);
      assert.deepEqual(converter.published, []);
    });
  }

  it('leaves and publishes nothing when another converter completes the job while the video is read', async () => {
    const mp3 = { size: 1, sha256: 'ab', duration_seconds: 1 };
    let job: Job | undefined;
    await using converter = await createTestConverter({
      wrap: (state) => ({
        ...state,
        async getBytes(...args) {
          const reading = job;
          job = undefined;
          if (reading) {
            await converter.jobs.update(reading.id, claim('other'));
            await converter.jobs.update(reading.id, complete('other', { mp3, warnings: [] }, {}));
            await converter.blobs.delete(reading.videoBlobId);
          }
          return state.getBytes(...args);
        },
      }),
    });
    job = await converter.submit(await video(2));
    const { id } = job;
    await converter.deliver({ id });
    const { status, mp3BlobId, error } = await converter.job({ id });
    assert.deepEqual([status, mp3BlobId, error], ['done', 'other', null]);
    assert.deepEqual([converter.stored(), converter.published], [[], []]);
  });

  it('ends all processes that encode in parallel when the job was cancelled', async () => {
    const slots = createCoreSlots(4);
    const transcode = createTranscode({
      ...tools,
      limits: { maxDurationSeconds: 36_000, maxConvertSeconds: 3600 },
      idleCores: slots,
      minSegmentSeconds: 1,
    });
    await using converter = await createTestConverter({ transcode, slots });
    const hours = await media('hours.flac', '-f', 'lavfi', '-i', 'anoisesrc=r=8000:d=7200:a=0.1', '-ac', '1');
    const job = await converter.submit(hours, { options: { quality: 0 } });
    const running = converter.deliver(job);
    await waitFor('several processes', async () => processesIn(converter.root).length >= 3);
    await converter.jobs.update(job.id, cancel);
    await running;
    assert.equal((await converter.job(job)).status, 'cancelled');
    assert.deepEqual(converter.stored(), [job.videoBlobId]);
  });
});

describe('createConvert › a converter that was suspended for longer than its lease', () => {
  /** Suspends a converter at a write, lets a second converter take the job over and complete it, and resumes the first. */
  async function resumeAfterTakeover(suspendAt: RegExp) {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const wrap = (state: StateStore): StateStore => ({
      ...state,
      async put(key, value, options) {
        if (suspendAt.test(`${key} ${value}`)) {
          reached.resolve();
          await gate.promise;
        }
        return state.put(key, value, options);
      },
      async putBytes(key, bytes, options) {
        if (suspendAt.test(key)) {
          reached.resolve();
          await gate.promise;
        }
        return state.putBytes(key, bytes, options);
      },
    });
    const suspended = await createTestConverter({
      wrap,
      times: { leaseMs: 60, pollMs: 5, beatMs: 1_000_000 },
    });
    const job = await suspended.submit(await video(2));
    const late = suspended.deliver(job);
    await reached.promise;
    const other = await createTestConverter({ state: suspended.state });
    await other.deliver(job);
    const done = await other.job(job);
    gate.resolve();
    await late;
    return { suspended, other, job, done };
  }

  for (const [where, suspendAt] of [
    ['before its first chunk', /^blob:.*reserved/],
    ['in the middle of storing its MP3', /^chunk:/],
    ['before its MP3 is complete', /^blob:.*sha256/],
    ['before it saves its result', /^job:.*"status":"done"/],
  ] as const) {
    it(`replaces no newer result, publishes nothing and leaves nothing when it was suspended ${where}`, async () => {
      const { suspended, other, job, done } = await resumeAfterTakeover(suspendAt);
      await using first = suspended;
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

it('createConvert ends ffmpeg and hands the job back, without counting the attempt, when the service stops', async () => {
  await using converter = await createTestConverter({ transcode: endless });
  const { job, outcome } = await whileConverting(converter, async () =>
    converter.stopping.abort(new Error('stop')),
  );
  assert.equal((outcome as { code?: string }).code, 'unavailable');
  const { status, attemptId, attempts } = await converter.job(job);
  assert.deepEqual([status, attemptId, attempts], ['queued', null, 0]);
});

describe('createConvert › a store that no gateway has used for an hour', () => {
  const longAgo = ({ state }: TestConverter) =>
    state.put('store:shared', JSON.stringify({ shown_at: new Date(Date.now() - 3600_000).toISOString() }));

  it('converts a job that was accepted before', async () => {
    await using converter = await createTestConverter();
    await longAgo(converter);
    const job = await converter.submit(await video(2));
    await converter.deliver(job);
    assert.equal((await converter.job(job)).status, 'done');
  });

  it('keeps the event of a missing job, because the job may be in another store', async () => {
    await using converter = await createTestConverter();
    await longAgo(converter);
    await assert.rejects(converter.deliver(newJob()), (error) => isAppError(error, 'unavailable'));
  });

  it('does not keep the event of a job that was deleted', async () => {
    await using converter = await createTestConverter();
    await longAgo(converter);
    const job = await converter.submit(await video(2));
    await converter.jobs.update(job.id, tombstone);
    await converter.deliver(job);
  });
});

it('createConvert drops the event of a missing job while a gateway uses the store', async () => {
  await using converter = await createTestConverter();
  await converter.deliver(newJob());
  assert.deepEqual(converter.published, []);
});
