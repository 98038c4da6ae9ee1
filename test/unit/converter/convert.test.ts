import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { DiskFull } from '../../../services/converter/failure.ts';
import { createSlots } from '../../../services/converter/slots.ts';
import { runTool } from '../../../services/converter/tool.ts';
import type { Transcode } from '../../../services/converter/transcode.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { mp3Event } from '../../../services/shared/events.ts';
import { held } from '../../../services/shared/jobs.ts';
import { file, media, truncated, video } from '../../support/media.ts';
import { type Setting, setUp, TRACE } from './setting.ts';

const again = { code: 'unavailable' };

/** Calls `act` when ffmpeg has converted something, before the rest. */
const midway = (act: (signal: AbortSignal) => Promise<unknown>): Transcode => {
  return async ({ signal, onTime }) => {
    onTime(1);
    await act(signal);
    signal.throwIfAborted();
    throw new Error('not aborted');
  };
};

/** ffmpeg on a source without an end, in the private folder of the attempt. */
const endless: Transcode = async ({ folder, signal, onProbe, onTime }) => {
  const source = [
    '-nostdin',
    '-v',
    'error',
    '-stats',
    '-re',
    '-f',
    'lavfi',
    '-i',
    'anullsrc',
    '-f',
    'null',
    '-',
  ];
  onProbe({
    duration_seconds: 100,
    tracks: [],
    audio: { index: 0, sampleRate: 1, channels: 1, expectedSeconds: 100, expectedOf: 'track', stated: true },
  });
  onTime(1);
  await runTool('ffmpeg', source, { folder, signal, timeoutSeconds: 1000 });
  throw new Error('it ended');
};

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function progressed(setting: Setting, job: { id: string }): Promise<undefined> {
  while ((await setting.job(job)).progress === 0) await new Promise(setImmediate);
}

/** `act` is called when the job shows progress, and ffmpeg is at work until something ends it. */
async function whileConverting(setting: Setting, act: (id: string) => Promise<unknown>) {
  const job = await setting.submit(await video(2));
  const running = setting.deliver(job).then(
    () => 'resolved',
    (error: unknown) => error,
  );
  const early = await Promise.race([running, progressed(setting, job)]);
  assert.equal(early, undefined, 'ended before it was met at work');
  await act(job.id);
  return { job, outcome: await running };
}

describe('a video', () => {
  it('becomes an MP3, and the world is told', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    const done = await setting.job(job);
    assert.equal(done.status, 'done');
    assert.equal(done.progress, 1);
    assert.equal(done.attempts, 1);
    assert.equal(done.attempt, null);
    assert.equal(done.error, null);
    assert.equal(done.source.duration_seconds, 2);
    assert.equal(done.source.tracks?.length, 2);
    const bytes = await buffer(setting.blobs.read(done.audio ?? ''));
    assert.equal(bytes.length, done.mp3?.size);
    assert.equal(bytes.subarray(0, 3).toString(), 'ID3');
    assert.deepEqual(setting.stored().toSorted(), [job.video, done.audio].toSorted());
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
    assert.doesNotMatch(JSON.stringify(setting.lines), /SECRET/);
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
      assert.deepEqual(setting.stored(), [job.video]);
      assert.equal(setting.published.length, 1);
      assert.equal(mp3Event.parse(setting.published[0]?.event).error?.code, code);
      await setting.deliver(job);
      assert.equal(setting.published.length, 1);
    });
  }

  it('the video is gone: video_gone', async () => {
    await using setting = await setUp();
    const job = await setting.submit(await video(2));
    await setting.blobs.delete(job.video);
    await setting.deliver(job);
    assert.equal((await setting.job(job)).error?.code, 'video_gone');
  });
});

describe('what may heal', () => {
  const table: [string, () => unknown, RegExp][] = [
    ['a store that is away', () => unavailable('the store'), /did not answer/],
    ['a full disk', () => new DiskFull('full'), /disk/],
    [
      'a full disk below the blob',
      () => Object.assign(new Error('/secret/path'), { code: 'ENOSPC' }),
      /disk/,
    ],
    ['anything else', () => new Error('/secret/path'), /interrupted/],
  ];
  for (const [name, error, reason] of table) {
    it(`${name}: handed back, delivered again, and given up in the end`, async () => {
      await using setting = await setUp({ transcode: () => Promise.reject(error()) });
      const job = await setting.submit(await video(2));
      for (const attempts of [1, 2]) {
        await assert.rejects(setting.deliver(job), again);
        const back = await setting.job(job);
        assert.deepEqual([back.status, back.attempt, back.attempts], ['queued', null, attempts]);
        assert.deepEqual(setting.published, []);
      }
      await setting.deliver(job);
      const failed = await setting.job(job);
      assert.deepEqual([failed.status, failed.error?.code], ['failed', 'gave_up']);
      assert.match(failed.error?.detail ?? '', reason);
      assert.doesNotMatch(failed.error?.detail ?? '', /secret/);
      assert.equal(setting.published.length, 1);
    });
  }

  it('a broker that is away: done all the same, for the sweep tells it', async () => {
    await using setting = await setUp({ publish: () => Promise.reject(unavailable('the broker')) });
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    assert.equal((await setting.job(job)).status, 'done');
  });

  it('a save that was reported as lost and did arrive: the MP3 stays', async () => {
    await using setting = await setUp({
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          const done = await state.put(key, value, options);
          if (value.includes('"status":"done"')) throw unavailable('the store');
          return done;
        },
      }),
    });
    const job = await setting.submit(await video(2));
    await assert.rejects(setting.deliver(job), again);
    const done = await setting.job(job);
    assert.equal(done.status, 'done');
    assert.ok(setting.stored().includes(done.audio ?? ''));
  });

  it('a save that did not arrive: the MP3 of that attempt goes', async () => {
    await using setting = await setUp({
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          if (value.includes('"status":"done"')) throw unavailable('the store');
          return state.put(key, value, options);
        },
      }),
    });
    const job = await setting.submit(await video(2));
    await assert.rejects(setting.deliver(job), again);
    assert.deepEqual(setting.stored(), [job.video]);
  });
});

describe('the job is the attempt’s no more', () => {
  it('cancelled: ffmpeg is ended, nothing is told or left', async () => {
    await using setting = await setUp({ transcode: endless });
    const { job, outcome } = await whileConverting(setting, (id) =>
      setting.jobs.update(id, (current) => ({ ...current, status: 'cancelled', attempt: null })),
    );
    assert.equal(outcome, 'resolved');
    assert.equal((await setting.job(job)).status, 'cancelled');
    assert.deepEqual(setting.stored(), [job.video]);
    assert.deepEqual(setting.published, []);
  });

  it('deleted: the same', async () => {
    await using setting = await setUp({ transcode: endless });
    const { job, outcome } = await whileConverting(setting, (id) => setting.state.delete(`job:${id}`));
    assert.equal(outcome, 'resolved');
    await assert.rejects(setting.job(job), { code: 'not_found' });
    assert.deepEqual(setting.published, []);
  });

  it('taken over: the late one leaves the job to the other', async () => {
    await using setting = await setUp({ transcode: endless });
    const other = randomUUID();
    const { job, outcome } = await whileConverting(setting, (id) =>
      setting.jobs.update(id, (current) => ({ ...current, attempt: other })),
    );
    assert.equal(outcome, 'resolved');
    assert.equal((await setting.job(job)).attempt, other);
    assert.deepEqual(setting.stored(), [job.video]);
  });

  it('taken over in the last moment: the MP3 that was stored is deleted', async () => {
    await using setting = await setUp({
      times: { leaseMs: 60, pollMs: 5, beatMs: 1_000_000, renewMs: 1_000_000 },
      async publish() {
        assert.fail('told by the late one');
      },
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          if (key.startsWith('blob:')) {
            for (const name of (state as Setting['state']).keys()) {
              const entry = name.startsWith('job:') && (await state.get(name));
              if (entry) await state.put(name, entry.value.replace(/"attempt":"[^"]+"/, '"attempt":"other"'));
            }
          }
          return state.put(key, value, options);
        },
      }),
    });
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    assert.deepEqual(
      [(await setting.job(job)).status, (await setting.job(job)).attempt],
      ['converting', 'other'],
    );
    assert.deepEqual(setting.stored(), [job.video]);
  });
});

it('when the service stops, ffmpeg is ended and the job handed back, at no cost to its attempts', async () => {
  await using setting = await setUp({ transcode: endless });
  const { job, outcome } = await whileConverting(setting, async () =>
    setting.stopping.abort(new Error('stop')),
  );
  assert.equal((outcome as { code?: string }).code, 'unavailable');
  const back = await setting.job(job);
  assert.deepEqual([back.status, back.attempt, back.attempts], ['queued', null, 0]);
});

it('a second delivery to the same converter is answered without a look at the store', async () => {
  const times = { leaseMs: 1_000_000, pollMs: 1_000_000, beatMs: 1_000_000, renewMs: 1_000_000 };
  await using setting = await setUp({ times, transcode: endless });
  const job = await setting.submit(await video(2));
  const first = assert.rejects(setting.deliver(job), again);
  while ((await setting.job(job)).status !== 'converting') await new Promise(setImmediate);
  await setting.deliver(job);
  setting.stopping.abort(new Error('stop'));
  await first;
});

describe('a job that is converting already', () => {
  const elsewhere = { status: 'converting', attempt: 'elsewhere', attempts: 1 } as const;

  it('whose converter lives is left to it', async () => {
    await using setting = await setUp({ times: { leaseMs: 1_000_000, pollMs: 1, beatMs: 5, renewMs: 20 } });
    const job = await setting.submit(await video(2), elsewhere);
    const running = setting.deliver(job);
    await setting.jobs.update(job.id, held('elsewhere', { progress: 0.5 }));
    await setting.jobs.update(job.id, held('elsewhere', { progress: 0.6 }));
    // Whichever change the first look has seen, the next one is news.
    const beating = setInterval(() => void setting.jobs.update(job.id, held('elsewhere', {})), 1);
    await running;
    clearInterval(beating);
    assert.equal((await setting.job(job)).attempt, 'elsewhere');
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
