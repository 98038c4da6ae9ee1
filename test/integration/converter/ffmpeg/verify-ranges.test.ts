import assert from 'node:assert/strict';
import { copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUTPUT } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import { type VerifyOptions, verify } from '../../../../services/converter/ffmpeg/verify.ts';
import { joinSegments } from '../../../../services/converter/mp3/join.ts';
import { VARIABLE_RATE } from '../../../../services/converter/mp3/join-method.ts';
import { type PlayRange, planPlayRanges } from '../../../../services/converter/mp3/play-ranges.ts';
import { planSegments } from '../../../../services/converter/mp3/segments.ts';
import { media, tone } from '../../../support/media.ts';
import { tools } from '../../../support/tools.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-verify-ranges-'));
});
after(() => rm(root, { recursive: true }));

interface Joined {
  options: Omit<VerifyOptions, 'ranges'>;
  path: string;
  ranges(count: number): PlayRange[];
}

/** Gives an MP3 a bit reservoir, as the parts of a conversion get it. The sound is not a whole number of frames long. */
async function joined(seconds: number, rate: number, channels: 1 | 2): Promise<Joined> {
  const sound = tone(seconds, { rate });
  const encoding = ['-ac', String(channels), '-q:a', '4', '-reservoir', '0', '-id3v2_version', '0'];
  const name = `no-reservoir-${seconds}-${rate}-${channels}.mp3`;
  const { signal } = new AbortController();
  const folder = await mkdtemp(join(root, 'attempt-'));
  const path = join(folder, OUTPUT);
  const segments = planSegments({ seconds, sampleRate: rate, count: 1, overlap: VARIABLE_RATE.overlap });
  const map = await joinSegments(segments, [await media(name, ...sound, ...encoding)], {
    ...{ output: path, rate, method: VARIABLE_RATE, signal },
  });
  const options = { ...tools, folder, maxDurationSeconds: 120, signal };
  return { options, path, ranges: (count) => planPlayRanges(map, count) };
}

describe('verify › an MP3 that is played in several ranges at the same time', { concurrency: 2 }, () => {
  for (const [seconds, rate, channels] of [
    [27, 44_100, 2],
    [33.333, 48_000, 1],
    [41.01, 32_000, 2],
  ] as const) {
    it(`has the same length as when it is played as a whole: ${seconds} s at ${rate} Hz`, async () => {
      const { options, ranges } = await joined(seconds, rate, channels);
      const whole = await verify(options);
      assert.ok(Math.abs(whole.seconds - seconds) < 0.1);
      for (const count of [2, 3, 8]) {
        assert.equal(ranges(count).length, count);
        const played = await verify({ ...options, ranges: ranges(count) });
        assert.equal(played.seconds, whole.seconds, `${count} ranges`);
      }
    });
  }

  for (const share of [0.2, 0.49, 0.51, 0.9]) {
    it(`is refused where it is damaged at ${share * 100} % of its bytes`, async () => {
      const { options, path, ranges } = await joined(27, 44_100, 2);
      const { length } = await readFile(path);
      {
        await using file = await open(path, 'r+');
        await file.write(Buffer.alloc(4000, 0xaa), 0, 4000, Math.floor(length * share));
      }
      await assert.rejects(verify({ ...options, ranges: ranges(2) }), { code: 'conversion_failed' });
    });
  }

  it('is refused where its end is missing', async () => {
    const { options, path, ranges } = await joined(27, 44_100, 2);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length * 0.8));
    await assert.rejects(verify({ ...options, ranges: ranges(2) }), { code: 'conversion_failed' });
  });

  it('ends with the reason of the signal', async () => {
    const { options, ranges } = await joined(27, 44_100, 2);
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(verify({ ...options, ranges: ranges(2), signal }), /enough/);
  });

  it('rejects where the file is not there', async () => {
    const { options, path, ranges } = await joined(27, 44_100, 2);
    await copyFile(path, `${path}.kept`);
    await rm(path);
    await assert.rejects(verify({ ...options, ranges: ranges(2) }));
  });
});
