import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createDiskFullBackoff } from '../../../../services/converter/capacity/disk-full-backoff.ts';
import { SandboxFailure } from '../../../../services/converter/failure.ts';
import { requireSuccess } from '../../../../services/converter/ffmpeg/encode.ts';
import { createTranscode, type Transcode } from '../../../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { DiskFull } from '../../../../services/shared/runtime/spool.ts';
import { media, tone, video } from '../../../support/media.ts';
import { tools, unconfined } from '../../../support/tools.ts';
import { createTestConverter } from './test-converter.ts';

/** The error with which an event is delivered again. */
const redeliver = { code: 'unavailable' };

const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 240 };
const real = createTranscode({ ...tools, limits });

/** Replaces some tools with shell scripts. */
async function fakeTools(scripts: { ffmpeg?: string; ffprobe?: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-tools-'));
  const fakes = { ...tools };
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    fakes[name as keyof typeof fakes] = unconfined(path);
  }
  return { ...fakes, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** The same script with a crash instead of the kernel's kill. */
const crashing = (script: string) => script.replace('-KILL', '-SEGV');

/** Returns the error of a conversion whose ffmpeg was killed by the kernel. */
function errorOfKill(): unknown {
  try {
    requireSuccess({
      code: null,
      killedBy: 'SIGKILL',
      timedOut: false,
      output: '',
      isOutputTooLong: false,
      stderr: '',
    });
  } catch (error) {
    return error;
  }
  return assert.fail('a kill was not recognized');
}

describe('createConvert › temporary failures', () => {
  const interrupted = () => new Error('/secret/path');
  const table: [
    name: string,
    error: () => unknown,
    counted: 'attempts' | 'infrastructureFailures',
    reason: RegExp,
  ][] = [
    ['an unavailable store', () => unavailable('the store'), 'infrastructureFailures', /did not answer/],
    [
      'a store that is unavailable for the clean-up too',
      () => new AggregateError([unavailable('the store'), new Error('no deletion either')]),
      'infrastructureFailures',
      /did not answer/,
    ],
    ['a full disk', () => new DiskFull('full'), 'infrastructureFailures', /disk/],
    [
      'a full disk that the operating system reports',
      () => Object.assign(interrupted(), { code: 'ENOSPC' }),
      'infrastructureFailures',
      /disk/,
    ],
    [
      'an exhausted disk quota',
      () => Object.assign(interrupted(), { code: 'EDQUOT' }),
      'infrastructureFailures',
      /disk/,
    ],
    [
      'a sandbox that does not start',
      () => new SandboxFailure('/secret/path'),
      'infrastructureFailures',
      /tools/,
    ],
    ['an ffmpeg that the kernel killed', () => errorOfKill(), 'attempts', /interrupted/],
    ['any other error', interrupted, 'attempts', /interrupted/],
  ];
  for (const [name, error, counted, reason] of table) {
    it(`hands the job back after ${name}, counts it among the ${counted}, and gives up in the end`, async () => {
      await using converter = await createTestConverter({
        transcode: () => Promise.reject(error()),
        maxAttempts: 3,
        maxInfrastructureFailures: 4,
      });
      const job = await converter.submit(await video(2));
      const limit = { attempts: 3, infrastructureFailures: 4 }[counted];
      for (let failures = 1; failures < limit; failures++) {
        await converter.deliver(job).catch((refused) => assert.equal(refused.code, 'unavailable'));
        const { status, attemptId, orphanedBlobs, ...counts } = await converter.job(job);
        const { attempts, infrastructureFailures } = counts;
        assert.deepEqual([status, attemptId, orphanedBlobs.length], ['queued', null, failures]);
        assert.deepEqual(
          { attempts, infrastructureFailures },
          { attempts: 0, infrastructureFailures: 0, [counted]: failures },
        );
        assert.deepEqual(converter.published, []);
      }
      await converter.deliver(job);
      const failed = await converter.job(job);
      assert.deepEqual([failed.status, failed.error?.code], ['failed', 'gave_up']);
      assert.match(failed.error?.detail ?? '', reason);
      assert.doesNotMatch(failed.error?.detail ?? '', /secret/);
      assert.equal(converter.published.length, 1);
    });
  }

  const sound = () => media('sound.wav', ...tone(2));
  const PLAYS_MP3 = 'case "$*" in *"-f mp3 -i"*)';
  const KILLED: [
    tool: string,
    scripts: { ffmpeg?: string; ffprobe?: string },
    film: () => Promise<string>,
    options?: ConversionOptions,
  ][] = [
    ['an ffprobe that reads a sound', { ffprobe: 'kill -KILL $$' }, sound],
    ['an ffmpeg that reads a film', { ffmpeg: 'kill -KILL $$' }, () => video(2)],
    [
      'an ffmpeg that plays an MP3 whose frames were copied',
      { ffmpeg: `${PLAYS_MP3} kill -KILL $$ ;; *) exec ffmpeg "$@" ;; esac` },
      () => media('sound.mp3', ...tone(2)),
      { copy: true },
    ],
  ];
  for (const [tool, scripts, film, options = {}] of KILLED) {
    it(`counts an attempt, and does not blame the file, when ${tool} is killed`, async () => {
      await using fakes = await fakeTools(scripts);
      await using converter = await createTestConverter({
        transcode: createTranscode({ ...fakes, limits }),
        maxAttempts: 2,
      });
      const job = await converter.submit(await film(), { options });
      await assert.rejects(converter.deliver(job), redeliver);
      const { status, attempts, infrastructureFailures } = await converter.job(job);
      assert.deepEqual([status, attempts, infrastructureFailures], ['queued', 1, 0]);
      await converter.deliver(job);
      assert.equal((await converter.job(job)).error?.code, 'gave_up');
    });
  }

  // Where an MP3 that was copied makes ffmpeg crash, its sound is encoded instead.
  for (const [tool, { ffmpeg = '' }, film] of KILLED.filter(
    ([, tools, , options]) => tools.ffmpeg && !options,
  )) {
    it(`ends the job at once when ${tool} crashes, as it would again`, async () => {
      await using fakes = await fakeTools({ ffmpeg: crashing(ffmpeg) });
      await using converter = await createTestConverter({
        transcode: createTranscode({ ...fakes, limits }),
        maxAttempts: 2,
      });
      const job = await converter.submit(await film());
      await converter.deliver(job);
      const { attempts, error } = await converter.job(job);
      assert.deepEqual([attempts, error?.code], [1, 'conversion_failed']);
    });
  }

  it('converts a sound although ffprobe crashes on it, because ffmpeg can describe it as well', async () => {
    await using fakes = await fakeTools({ ffprobe: 'kill -SEGV $$' });
    await using converter = await createTestConverter({ transcode: createTranscode({ ...fakes, limits }) });
    const job = await converter.submit(await sound());
    await converter.deliver(job);
    assert.equal((await converter.job(job)).status, 'done');
  });

  it('refuses the delivery when the store is unavailable, so that it is repeated', async () => {
    await using converter = await createTestConverter({
      transcode: () => Promise.reject(unavailable('the store')),
    });
    await assert.rejects(converter.deliver(await converter.submit(await video(2))), redeliver);
  });

  it('accepts the delivery and pauses when the disk is full, because a repeated delivery would meet the same disk', async () => {
    const pauses: number[] = [];
    let full = true;
    const transcode: Transcode = () => Promise.reject(full ? new DiskFull('full') : new Error('not full'));
    const diskFullBackoff = createDiskFullBackoff(async (ms) => void pauses.push(ms));
    await using converter = await createTestConverter({
      transcode,
      diskFullBackoff,
      maxInfrastructureFailures: 100,
      maxAttempts: 100,
    });
    const job = await converter.submit(await video(2));
    for (let times = 0; times < 7; times++) await converter.deliver(job);
    assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    assert.equal((await converter.job(job)).status, 'queued');
    full = false;
    await assert.rejects(converter.deliver(job), redeliver);
    full = true;
    await converter.deliver(job);
    assert.equal(pauses.at(-1), 30_000, 'a failure for another reason does not show that the disk has room');
  });

  it('starts with a short pause again after a conversion that succeeded', async () => {
    const pauses: number[] = [];
    const failing = new Set<string>();
    const transcode: Transcode = (request) =>
      failing.size > 0 ? Promise.reject(new DiskFull('full')) : real(request);
    const diskFullBackoff = createDiskFullBackoff(async (ms) => void pauses.push(ms));
    await using converter = await createTestConverter({ transcode, diskFullBackoff });
    const [first, second] = [await converter.submit(await video(2)), await converter.submit(await video(2))];
    failing.add('now');
    await converter.deliver(first);
    await converter.deliver(first);
    failing.clear();
    await converter.deliver(second);
    failing.add('again');
    await converter.deliver(first);
    assert.deepEqual(pauses, [1000, 2000, 1000]);
  });

  it('does not fetch a video for which the disk has no room', async () => {
    const transcode: Transcode = () => assert.fail('it was fetched');
    await using converter = await createTestConverter({ transcode });
    const size = Number.MAX_SAFE_INTEGER;
    const source = {
      size,
      sha256: '',
      duration_seconds: null,
      tracks: null,
      original: null,
      kept: 'whole' as const,
    };
    const job = await converter.submit(await video(2), { source });
    await converter.deliver(job);
    assert.equal((await converter.job(job)).infrastructureFailures, 1);
  });

  it('completes the job when the broker is unavailable, because the sweep publishes the outcome', async () => {
    await using converter = await createTestConverter({
      publish: () => Promise.reject(unavailable('the broker')),
    });
    const job = await converter.submit(await video(2));
    await converter.deliver(job);
    assert.equal((await converter.job(job)).status, 'done');
  });
});
