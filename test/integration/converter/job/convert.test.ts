import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/transcode/transcode.ts';
import { mp3Event } from '../../../../services/shared/contract/events.ts';
import { retry } from '../../../../services/shared/jobs/generations.ts';
import { cancel, updateAttempt } from '../../../../services/shared/jobs/transitions.ts';
import { file, media, truncated, video } from '../../../support/media.ts';
import { tools } from '../../../support/tools.ts';
import { abortOf, actMidway, endless } from './running-conversions.ts';
import { createTestConverter, TRACE } from './test-converter.ts';

/** The error with which an event is delivered again. */
const redeliver = { code: 'unavailable' };
const transcode = createTranscode({
  ...tools,
  limits: { maxDurationSeconds: 60, maxConvertSeconds: 240 },
});

describe('createConvert', () => {
  it('makes an MP3 of a video, and publishes the outcome', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2));
    await converter.deliver(job);
    const done = await converter.job(job);
    assert.equal(done.status, 'done');
    assert.equal(done.progress, 1);
    assert.equal(done.attempts, 1);
    assert.equal(done.attemptId, null);
    assert.equal(done.error, null);
    assert.equal(done.source.duration_seconds, 2);
    assert.equal(done.source.tracks?.length, 2);
    const bytes = await buffer(converter.blobs.read(done.mp3BlobId ?? ''));
    assert.equal(bytes.length, done.mp3?.size);
    // A frame begins with eleven set bits (ISO 11172-3, 2.4.2.3). The video has no tags.
    assert.equal(bytes.readUInt16BE() >> 5, 0x7ff);
    assert.deepEqual(converter.stored().toSorted(), [job.videoBlobId, done.mp3BlobId].toSorted());
    const [outcome, ...more] = converter.published;
    assert.deepEqual(more, []);
    assert.equal(outcome?.topic, 'mp3');
    const event = mp3Event.parse(outcome?.event);
    assert.equal(event.status, 'done');
    assert.equal(event.filename, job.filename);
    assert.equal(event.mp3?.download_url, job.download_url);
  });

  it('makes an MP3 of a video of a guest, and publishes nothing, because the guest has no address', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2), { email: '' });
    await converter.deliver(job);
    assert.equal((await converter.job(job)).status, 'done');
    assert.deepEqual(converter.published, []);
    for (const { level } of converter.lines) assert.ok(Number(level) < 40, JSON.stringify(converter.lines));
  });

  it('logs job and trace on every line, and never the download link', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2));
    await converter.deliver(job);
    assert.ok(converter.lines.length > 0);
    for (const line of converter.lines) {
      assert.equal(line.job_id, job.id);
      assert.equal(line.trace_id, TRACE);
    }
    assert.doesNotMatch(JSON.stringify(converter.lines), /secret-signature/);
  });

  it('converts a video once, however often its event is delivered', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2));
    await Promise.all([converter.deliver(job), converter.deliver(job), converter.deliver(job)]);
    await converter.deliver(job);
    assert.equal(converter.published.length, 1);
    assert.equal((await converter.job(job)).attempts, 1);
  });
});

describe('createConvert › a video whose end is missing', () => {
  it('completes the job with a warning', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await truncated(await video(4)));
    await converter.deliver(job);
    const done = await converter.job(job);
    assert.equal(done.status, 'done');
    const [warning, ...others] = done.warnings;
    assert.equal(warning?.code, 'truncated');
    assert.equal(Math.round(warning.of_seconds ?? 0), 4);
    assert.ok(Math.abs((warning.seconds ?? 0) - (done.mp3?.duration_seconds ?? 0)) < 0.2, warning.detail);
    assert.deepEqual(others, []);
  });

  it('fails the job where strict was asked for', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await truncated(await video(4)), { options: { strict: true } });
    await converter.deliver(job);
    const failed = await converter.job(job);
    assert.equal(failed.status, 'failed');
    assert.equal(failed.error?.code, 'truncated');
  });
});

describe('createConvert › a video that can never be converted', () => {
  const table: [string, () => Promise<string>, string][] = [
    ['a text file', () => file('a.mp4', 'no video'), 'not_media'],
    [
      'a video without sound',
      () => media('silent.mkv', '-f', 'lavfi', '-i', 'color=d=1:s=64x64:r=5', '-c:v', 'mpeg4'),
      'no_audio',
    ],
    ['a file that is cut off', async () => truncated(await video(2, { faststart: false })), 'truncated'],
    [
      'a sound that is too long',
      () => media('long.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono:d=3700'),
      'too_long',
    ],
  ];
  for (const [name, source, code] of table) {
    it(`fails the job of ${name} with ${code}, and publishes the outcome`, async () => {
      await using converter = await createTestConverter();
      const job = await converter.submit(await source());
      await converter.deliver(job);
      const failed = await converter.job(job);
      assert.equal(failed.status, 'failed');
      assert.equal(failed.error?.code, code);
      assert.doesNotMatch(failed.error?.detail ?? '/', /[/\\]|ffprobe|ffmpeg/);
      assert.deepEqual(converter.stored(), [job.videoBlobId]);
      assert.equal(converter.published.length, 1);
      assert.equal(mp3Event.parse(converter.published[0]?.event).error?.code, code);
      await converter.deliver(job);
      assert.equal(converter.published.length, 1);
    });
  }

  it('fails the job of a video that was deleted with video_gone', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2));
    await converter.blobs.delete(job.videoBlobId);
    await converter.deliver(job);
    assert.equal((await converter.job(job)).error?.code, 'video_gone');
  });
});

it('createConvert answers a second delivery to the same converter without reading the store', async () => {
  const times = { leaseMs: 1_000_000, pollMs: 1_000_000, beatMs: 1_000_000 };
  await using converter = await createTestConverter({ times, transcode: endless });
  const job = await converter.submit(await video(2));
  const first = assert.rejects(converter.deliver(job), redeliver);
  while ((await converter.job(job)).status !== 'converting') await new Promise(setImmediate);
  await converter.deliver(job);
  converter.stopping.abort(new Error('stop'));
  await first;
});

it('createConvert handles the delivery of a job that is cancelled and retried while it still cleans up', async () => {
  let conversions = 0;
  const first = actMidway(async (signal) => {
    await converter.jobs.update(job.id, cancel);
    await abortOf(signal);
    await converter.jobs.update(job.id, retry);
    await converter.deliver(job);
  });
  await using converter = await createTestConverter({
    transcode: (request) => (++conversions === 1 ? first(request) : transcode(request)),
  });
  const job = await converter.submit(await video(2));
  await converter.deliver(job);
  assert.equal((await converter.job(job)).status, 'done');
  assert.equal(conversions, 2);
});

describe('createConvert › a job that is being converted already', () => {
  const elsewhere = { status: 'converting', attemptId: 'elsewhere', attempts: 1 } as const;

  it('leaves the job to a converter that is alive', async () => {
    await using converter = await createTestConverter({
      times: { leaseMs: 1_000_000, pollMs: 1, beatMs: 5 },
    });
    const job = await converter.submit(await video(2), elsewhere);
    const running = converter.deliver(job);
    await converter.jobs.update(job.id, updateAttempt('elsewhere', { progress: 0.5 }));
    await converter.jobs.update(job.id, updateAttempt('elsewhere', { progress: 0.6 }));
    // The first read may have seen either change. The next one differs from both.
    const beating = setInterval(() => void converter.jobs.update(job.id, updateAttempt('elsewhere', {})), 1);
    await running;
    clearInterval(beating);
    assert.equal((await converter.job(job)).attemptId, 'elsewhere');
  });

  it('takes the job over from a converter that does not renew its lease', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2), elsewhere);
    await converter.deliver(job);
    const done = await converter.job(job);
    assert.deepEqual([done.status, done.attempts], ['done', 2]);
  });

  it('fails the job when too many converters did not renew its lease', async () => {
    await using converter = await createTestConverter();
    const job = await converter.submit(await video(2), { ...elsewhere, attempts: 3 });
    await converter.deliver(job);
    assert.equal((await converter.job(job)).error?.code, 'gave_up');
    assert.equal(converter.published.length, 1);
  });

  it('takes the job over once', async () => {
    const started: string[] = [];
    const transcode = actMidway(async () => void started.push('one'));
    await using converter = await createTestConverter({ transcode });
    const job = await converter.submit(await video(2), elsewhere);
    await assert.rejects(converter.deliver(job), redeliver);
    assert.deepEqual(started, ['one']);
  });
});

describe('createConvert › a job that needs no converter', () => {
  it('does nothing for an unknown job', async () => {
    await using converter = await createTestConverter();
    await converter.deliver({ id: randomUUID() });
    assert.deepEqual(converter.published, []);
  });

  for (const status of ['done', 'failed', 'cancelled'] as const) {
    it(`does nothing for a job that is ${status}`, async () => {
      await using converter = await createTestConverter();
      const job = await converter.submit(await video(2), { status });
      await converter.deliver(job);
      assert.equal((await converter.job(job)).updated_at, job.updated_at);
      assert.deepEqual(converter.published, []);
    });
  }
});

it('createConvert ends the wait for a slot, but no conversion, when the connection of the delivery closes', async () => {
  const hold = new AbortController();
  const transcode = actMidway((signal) => Promise.race([abortOf(signal), abortOf(hold.signal)]));
  await using converter = await createTestConverter({ transcode, slots: createCoreSlots(1) });
  const [first, second] = [await converter.submit(await video(2)), await converter.submit(await video(2))];
  const connection = new AbortController();
  const working = converter.deliver(first, connection.signal);
  while ((await converter.job(first)).status !== 'converting') await new Promise(setImmediate);
  const waiting = converter.deliver(second, connection.signal);
  await new Promise(setImmediate);
  connection.abort(new Error('closed'));
  await assert.rejects(waiting, redeliver);
  assert.equal((await converter.job(second)).status, 'queued');
  assert.equal((await converter.job(first)).status, 'converting');
  hold.abort();
  await assert.rejects(working, redeliver);
});

it('createConvert goes on with a conversion whose message the broker takes back, and no other converter begins it', async () => {
  const hold = new AbortController();
  const holding: Transcode = async (request) => {
    await abortOf(hold.signal);
    return transcode(request);
  };
  const times = { leaseMs: 1_000_000, pollMs: 5, beatMs: 5 };
  await using here = await createTestConverter({ transcode: holding, times });
  await using elsewhere = await createTestConverter({ state: here.state, times });
  const job = await here.submit(await video(2));
  const connection = new AbortController();
  const first = here.deliver(job, connection.signal);
  while ((await here.job(job)).status !== 'converting') await new Promise(setImmediate);
  connection.abort(new Error('the channel was closed'));
  await here.deliver(job);
  await elsewhere.deliver(job);
  assert.equal((await here.job(job)).status, 'converting');
  hold.abort();
  await first;
  const { status, attempts } = await here.job(job);
  assert.deepEqual([status, attempts, here.published.length, elsewhere.published.length], ['done', 1, 1, 0]);
});
