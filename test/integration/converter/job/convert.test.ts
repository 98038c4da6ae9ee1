import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/ffmpeg/transcode.ts';
import { mp3Event } from '../../../../services/shared/contract/events.ts';
import { cancel, retry, updateAttempt } from '../../../../services/shared/jobs/transitions.ts';
import { file, media, truncated, video } from '../../../support/media.ts';
import { aborted, endless, midway } from './at-work.ts';
import { setUp, TRACE } from './setting.ts';

const again = { code: 'unavailable' };
const transcode = createTranscode({
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffprobe',
  limits: { maxDurationSeconds: 60, maxConvertSeconds: 60 },
});

describe('a video', () => {
  it('becomes an MP3, and the world is told', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    const done = await setting.job(job);
    assert.equal(done.status, 'done');
    assert.equal(done.progress, 1);
    assert.equal(done.attempts, 1);
    assert.equal(done.attemptId, null);
    assert.equal(done.error, null);
    assert.equal(done.source.duration_seconds, 2);
    assert.equal(done.source.tracks?.length, 2);
    const bytes = await buffer(setting.blobs.read(done.mp3BlobId ?? ''));
    assert.equal(bytes.length, done.mp3?.size);
    assert.equal(bytes.subarray(0, 3).toString(), 'ID3');
    assert.deepEqual(setting.stored().toSorted(), [job.videoBlobId, done.mp3BlobId].toSorted());
    const [told, ...more] = setting.published;
    assert.deepEqual(more, []);
    assert.equal(told?.topic, 'mp3');
    const event = mp3Event.parse(told?.event);
    assert.equal(event.status, 'done');
    assert.equal(event.filename, job.filename);
    assert.equal(event.mp3?.download_url, job.download_url);
  });

  it('is on every line of the log, without its link', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    assert.ok(setting.lines.length > 0);
    for (const line of setting.lines) {
      assert.equal(line.job_id, job.id);
      assert.equal(line.trace_id, TRACE);
    }
    assert.doesNotMatch(JSON.stringify(setting.lines), /secret-signature/);
  });

  it('is converted once, however often it is delivered', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await Promise.all([setting.deliver(job), setting.deliver(job), setting.deliver(job)]);
    await setting.deliver(job);
    assert.equal(setting.published.length, 1);
    assert.equal((await setting.job(job)).attempts, 1);
  });
});

describe('a video that can never be converted is failed, not tried again, and its owner told', () => {
  const table: [string, () => Promise<string>, string][] = [
    ['text', () => file('a.mp4', 'no video'), 'not_media'],
    [
      'no sound',
      () => media('silent.mkv', '-f', 'lavfi', '-i', 'color=d=1:s=64x64:r=5', '-c:v', 'mpeg4'),
      'no_audio',
    ],
    ['cut off', async () => truncated(await video(2, { faststart: false })), 'truncated'],
    [
      'an hour too long',
      () => media('long.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono:d=3700'),
      'too_long',
    ],
  ];
  for (const [name, source, code] of table) {
    it(`${name}: ${code}`, async () => {
      await using setting = await setUp();
      const job = await setting.submit(await source());
      await setting.deliver(job);
      const failed = await setting.job(job);
      assert.equal(failed.status, 'failed');
      assert.equal(failed.error?.code, code);
      assert.doesNotMatch(failed.error?.detail ?? '/', /[/\\]|ffprobe|ffmpeg/);
      assert.deepEqual(setting.stored(), [job.videoBlobId]);
      assert.equal(setting.published.length, 1);
      assert.equal(mp3Event.parse(setting.published[0]?.event).error?.code, code);
      await setting.deliver(job);
      assert.equal(setting.published.length, 1);
    });
  }

  it('the video is gone: video_gone', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await setting.blobs.delete(job.videoBlobId);
    await setting.deliver(job);
    assert.equal((await setting.job(job)).error?.code, 'video_gone');
  });
});

it('a second delivery to the same converter is answered without a look at the store', async () => {
  const times = { leaseMs: 1_000_000, pollMs: 1_000_000, beatMs: 1_000_000 };
  await using setting = await setUp({ times, transcode: endless });
  const job = await setting.submit(await video(2));
  const first = assert.rejects(setting.deliver(job), again);
  while ((await setting.job(job)).status !== 'converting') await new Promise(setImmediate);
  await setting.deliver(job);
  setting.stopping.abort(new Error('stop'));
  await first;
});

it('cancelled and tried again while its converter still cleans up: the delivery is not lost', async () => {
  let conversions = 0;
  const first = midway(async (signal) => {
    await setting.jobs.update(job.id, cancel);
    await aborted(signal);
    await setting.jobs.update(job.id, retry);
    await setting.deliver(job);
  });
  await using setting = await setUp({
    transcode: (request) => (++conversions === 1 ? first(request) : transcode(request)),
  });
  const job = await setting.submit(await video(2));
  await setting.deliver(job);
  assert.equal((await setting.job(job)).status, 'done');
  assert.equal(conversions, 2);
});

describe('a job that is converting already', () => {
  const elsewhere = { status: 'converting', attemptId: 'elsewhere', attempts: 1 } as const;

  it('whose converter lives is left to it', async () => {
    await using setting = await setUp({ times: { leaseMs: 1_000_000, pollMs: 1, beatMs: 5 } });
    const job = await setting.submit(await video(2), elsewhere);
    const running = setting.deliver(job);
    await setting.jobs.update(job.id, updateAttempt('elsewhere', { progress: 0.5 }));
    await setting.jobs.update(job.id, updateAttempt('elsewhere', { progress: 0.6 }));
    // Whichever change the first look has seen, the next one is news.
    const beating = setInterval(() => void setting.jobs.update(job.id, updateAttempt('elsewhere', {})), 1);
    await running;
    clearInterval(beating);
    assert.equal((await setting.job(job)).attemptId, 'elsewhere');
  });

  it('whose converter went silent is taken over', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2), elsewhere);
    await setting.deliver(job);
    const done = await setting.job(job);
    assert.deepEqual([done.status, done.attempts], ['done', 2]);
  });

  it('whose converters went silent too often is failed', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2), { ...elsewhere, attempts: 3 });
    await setting.deliver(job);
    assert.equal((await setting.job(job)).error?.code, 'gave_up');
    assert.equal(setting.published.length, 1);
  });

  it('is taken over by one of two', async () => {
    const started: string[] = [];
    const transcode = midway(async () => void started.push('one'));
    await using setting = await setUp({ transcode });
    const job = await setting.submit(await video(2), elsewhere);
    await assert.rejects(setting.deliver(job), again);
    assert.deepEqual(started, ['one']);
  });
});

describe('a job that is no more', () => {
  it('unknown: nothing to do', async () => {
    await using setting = await setUp();
    await setting.deliver({ id: randomUUID() });
    assert.deepEqual(setting.published, []);
  });

  for (const status of ['done', 'failed', 'cancelled'] as const) {
    it(`${status}: nothing to do`, async () => {
      await using setting = await setUp();
      const job = await setting.submit(await video(2), { status });
      await setting.deliver(job);
      assert.equal((await setting.job(job)).updated_at, job.updated_at);
      assert.deepEqual(setting.published, []);
    });
  }
});

it('a delivery that hangs up while it waits leaves the job queued; one that works goes on', async () => {
  const hold = new AbortController();
  const transcode = midway((signal) => Promise.race([aborted(signal), aborted(hold.signal)]));
  await using setting = await setUp({ transcode, slots: createSlots(1) });
  const [first, second] = [await setting.submit(await video(2)), await setting.submit(await video(2))];
  const hangUp = new AbortController();
  const working = setting.deliver(first, hangUp.signal);
  while ((await setting.job(first)).status !== 'converting') await new Promise(setImmediate);
  const waiting = setting.deliver(second, hangUp.signal);
  await new Promise(setImmediate);
  hangUp.abort(new Error('hung up'));
  await assert.rejects(waiting, again);
  assert.equal((await setting.job(second)).status, 'queued');
  assert.equal((await setting.job(first)).status, 'converting');
  hold.abort();
  await assert.rejects(working, again);
});

it('a broker that takes its message back in the middle of a conversion finds it taken, here and elsewhere', async () => {
  const hold = new AbortController();
  const holding: Transcode = async (request) => {
    await aborted(hold.signal);
    return transcode(request);
  };
  const times = { leaseMs: 1_000_000, pollMs: 5, beatMs: 5 };
  await using here = await setUp({ transcode: holding, times });
  await using elsewhere = await setUp({ state: here.state, times });
  const job = await here.submit(await video(2));
  const hangUp = new AbortController();
  const first = here.deliver(job, hangUp.signal);
  while ((await here.job(job)).status !== 'converting') await new Promise(setImmediate);
  hangUp.abort(new Error('the channel was closed'));
  await here.deliver(job);
  await elsewhere.deliver(job);
  assert.equal((await here.job(job)).status, 'converting');
  hold.abort();
  await first;
  const { status, attempts } = await here.job(job);
  assert.deepEqual([status, attempts, here.published.length, elsewhere.published.length], ['done', 1, 1, 0]);
});
