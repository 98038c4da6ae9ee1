import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createDiskFullBackoff } from '../../../../services/converter/capacity/disk-full-backoff.ts';
import { DiskFull } from '../../../../services/converter/failure.ts';
import { explain } from '../../../../services/converter/ffmpeg/encode.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/ffmpeg/transcode.ts';
import { blobsToDelete } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { file, video } from '../../../support/media.ts';
import { setUp } from './setting.ts';

const again = { code: 'unavailable' };

const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 60 };
const real = createTranscode({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', limits });

/** Shell scripts in the places of some tools, the real ones in those of the others. */
async function fakeTools(scripts: { ffmpeg?: string; ffprobe?: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-tools-'));
  const paths = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    paths[name as keyof typeof paths] = path;
  }
  return { paths, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** What ffmpeg's end by the kernel makes of a conversion. */
function killed(): unknown {
  try {
    explain({ code: null, killedBy: 'SIGKILL', timedOut: false, output: '', stderr: '' });
  } catch (error) {
    return error;
  }
  return assert.fail('not taken for a failure');
}

describe('what may heal', () => {
  const BROKE_OFF = () => new Error('/secret/path');
  const table: [name: string, error: () => unknown, counted: 'attempts' | 'outages', reason: RegExp][] = [
    ['a store that is away', () => unavailable('the store'), 'outages', /did not answer/],
    [
      'a store that is away, for cleaning up too',
      () => new AggregateError([unavailable('the store'), new Error('no deletion either')]),
      'outages',
      /did not answer/,
    ],
    ['a full disk', () => new DiskFull('full'), 'outages', /disk/],
    ['a full disk below the blob', () => Object.assign(BROKE_OFF(), { code: 'ENOSPC' }), 'outages', /disk/],
    ['a used up quota', () => Object.assign(BROKE_OFF(), { code: 'EDQUOT' }), 'outages', /disk/],
    ['ffmpeg killed by the kernel', () => killed(), 'attempts', /interrupted/],
    ['anything else', BROKE_OFF, 'attempts', /interrupted/],
  ];
  for (const [name, error, counted, reason] of table) {
    it(`${name}: handed back and counted among the ${counted}, given up in the end`, async () => {
      await using setting = await setUp({
        transcode: () => Promise.reject(error()),
        maxAttempts: 3,
        maxInfrastructureFailures: 4,
      });
      const job = await setting.submit(await video(2));
      const most = { attempts: 3, outages: 4 }[counted];
      for (let times = 1; times < most; times++) {
        await setting.deliver(job).catch((refused) => assert.equal(refused.code, 'unavailable'));
        const {
          status,
          attemptId: attempt,
          attempts,
          infrastructureFailures: outages,
          orphanedBlobs: litter,
        } = await setting.job(job);
        assert.deepEqual([status, attempt, litter.length], ['queued', null, times]);
        assert.deepEqual({ attempts, outages }, { attempts: 0, outages: 0, [counted]: times });
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

  const KILLED: [tool: string, tools: { ffmpeg?: string; ffprobe?: string }][] = [
    ['ffprobe, by the file', { ffprobe: 'kill -SEGV $$' }],
    ['ffprobe, at the MP3', { ffprobe: 'case "$*" in *mp3*) kill -KILL $$ ;; *) exec ffprobe "$@" ;; esac' }],
    ['ffmpeg', { ffmpeg: 'kill -SEGV $$' }],
  ];
  for (const [tool, scripts] of KILLED) {
    it(`${tool} is killed: a try of the few that a file has, and never the file's fault`, async () => {
      await using tools = await fakeTools(scripts);
      await using setting = await setUp({
        transcode: createTranscode({ ...tools.paths, limits }),
        maxAttempts: 2,
      });
      const job = await setting.submit(await video(2));
      await assert.rejects(setting.deliver(job), again);
      const { status, attempts, infrastructureFailures: outages } = await setting.job(job);
      assert.deepEqual([status, attempts, outages], ['queued', 1, 0]);
      await setting.deliver(job);
      assert.equal((await setting.job(job)).error?.code, 'gave_up');
    });
  }

  it('a store that is away: the delivery is refused, so that it comes again', async () => {
    await using setting = await setUp({ transcode: () => Promise.reject(unavailable('the store')) });
    await assert.rejects(setting.deliver(await setting.submit(await video(2))), again);
  });

  it('a full disk: the delivery is not refused, for it would come again to the same disk, and the converter rests', async () => {
    const rests: number[] = [];
    let full = true;
    const transcode: Transcode = () => Promise.reject(full ? new DiskFull('full') : new Error('not full'));
    const rest = createDiskFullBackoff(async (ms) => void rests.push(ms));
    await using setting = await setUp({
      transcode,
      diskFullBackoff: rest,
      maxInfrastructureFailures: 100,
      maxAttempts: 100,
    });
    const job = await setting.submit(await video(2));
    for (let times = 0; times < 7; times++) await setting.deliver(job);
    assert.deepEqual(rests, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    assert.equal((await setting.job(job)).status, 'queued');
    full = false;
    await assert.rejects(setting.deliver(job), again);
    full = true;
    await setting.deliver(job);
    assert.equal(rests.at(-1), 30_000, 'what failed for another reason shows nothing of the disk');
  });

  it('a conversion that succeeds ends the rest', async () => {
    const rests: number[] = [];
    const failing = new Set<string>();
    const transcode: Transcode = (request) =>
      failing.size > 0 ? Promise.reject(new DiskFull('full')) : real(request);
    const rest = createDiskFullBackoff(async (ms) => void rests.push(ms));
    await using setting = await setUp({ transcode, diskFullBackoff: rest });
    const [first, second] = [await setting.submit(await video(2)), await setting.submit(await video(2))];
    failing.add('now');
    await setting.deliver(first);
    await setting.deliver(first);
    failing.clear();
    await setting.deliver(second);
    failing.add('again');
    await setting.deliver(first);
    assert.deepEqual(rests, [1000, 2000, 1000]);
  });

  it('a video for which the disk has no room is not even fetched', async () => {
    const transcode: Transcode = () => assert.fail('it was fetched');
    await using setting = await setUp({ transcode });
    const size = Number.MAX_SAFE_INTEGER;
    const source = { size, sha256: '', duration_seconds: null, tracks: null };
    const job = await setting.submit(await video(2), { source });
    await setting.deliver(job);
    assert.equal((await setting.job(job)).infrastructureFailures, 1);
  });

  it('a broker that is away: done all the same, for the sweep tells it', async () => {
    await using setting = await setUp({ publish: () => Promise.reject(unavailable('the broker')) });
    const job = await setting.submit(await video(2));
    await setting.deliver(job);
    assert.equal((await setting.job(job)).status, 'done');
  });
});

describe('the save that ends an attempt', () => {
  const ENDS: [what: string, status: string, source: () => Promise<string>][] = [
    ['done', '"status":"done"', () => video(2)],
    ['failed', '"status":"failed"', () => file('a.mp4', 'no video')],
  ];
  for (const [what, mark, source] of ENDS) {
    it(`${what}: is tried again while the store is away, and all is told once`, async () => {
      let away = 3;
      await using setting = await setUp({
        retryPolicy: { forMs: 60_000, pauseMs: 1 },
        wrap: (state) => ({
          ...state,
          async put(key, value, options) {
            if (value.includes(mark) && away-- > 0) throw unavailable('the store');
            return state.put(key, value, options);
          },
        }),
      });
      const job = await setting.submit(await source());
      await setting.deliver(job);
      const { status, attempts } = await setting.job(job);
      assert.deepEqual([status, attempts, setting.published.length], [what, 1, 1]);
    });

    it(`${what}: was reported as lost and did arrive: nothing is done twice, and all is told once`, async () => {
      let lost = 0;
      await using setting = await setUp({
        retryPolicy: { forMs: 60_000, pauseMs: 1 },
        wrap: (state) => ({
          ...state,
          async put(key, value, options) {
            const done = await state.put(key, value, options);
            if (value.includes(mark) && lost++ === 0) throw unavailable('the store');
            return done;
          },
        }),
      });
      const job = await setting.submit(await source());
      await setting.deliver(job);
      const { status, mp3BlobId: audio } = await setting.job(job);
      assert.deepEqual([status, setting.published.length, lost], [what, 1, 1]);
      assert.deepEqual(setting.stored().toSorted(), [job.videoBlobId, ...(audio ? [audio] : [])].toSorted());
    });
  }

  it('handed back: was reported as lost and did arrive: the delivery is refused all the same', async () => {
    let lost = 0;
    await using setting = await setUp({
      transcode: () => Promise.reject(new Error('broke off')),
      retryPolicy: { forMs: 60_000, pauseMs: 1 },
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          const done = await state.put(key, value, options);
          if (value.includes('"attempts":1') && value.includes('"status":"queued"') && lost++ === 0)
            throw unavailable('the store');
          return done;
        },
      }),
    });
    const job = await setting.submit(await video(2));
    await assert.rejects(setting.deliver(job), again);
    assert.deepEqual([(await setting.job(job)).status, lost], ['queued', 1]);
  });

  it('of which nobody knows whether it arrives: the MP3 stays until another attempt has the job', async () => {
    let late: (() => Promise<boolean>) | undefined;
    await using setting = await setUp({
      wrap: (state) => ({
        ...state,
        async put(key, value, options) {
          if (!late && value.includes('"status":"done"')) {
            late = () => state.put(key, value, options);
            throw unavailable('the store');
          }
          return state.put(key, value, options);
        },
      }),
    });
    const job = await setting.submit(await video(2));
    await assert.rejects(setting.deliver(job), again);
    const first = (await setting.job(job)).attemptId ?? assert.fail('handed back');
    assert.ok(setting.stored().includes(first));
    await setting.deliver(job);
    const done = await setting.job(job);
    assert.equal(done.status, 'done');
    assert.notEqual(done.mp3BlobId, first);
    assert.deepEqual(blobsToDelete(done), [first]);
    assert.equal(await late?.(), false, 'the late save came over a newer result');
  });
});
