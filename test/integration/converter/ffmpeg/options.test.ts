import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { media, picture } from '../../../support/media.ts';
import { convertMedia, lagAt, pcmOf } from './convert-media.ts';

const noise = (rate = 44_100, seconds = 6) => [
  '-f',
  'lavfi',
  '-i',
  `anoisesrc=c=pink:r=${rate}:d=${seconds}:a=0.5:seed=7`,
];
const filled = (path: string, range = '') =>
  pcmOf(path, '-af', `aresample=async=1:first_pts=0:min_hard_comp=0.1${range}`);

describe('createTranscode › `start` and `end`', { concurrency: 2 }, () => {
  const hole = ['-bsf:a', "setts=pts='PTS+gte(PTS,3000)*1500':dts='DTS+gte(PTS,3000)*1500'"];
  const wav = () => media('a.wav', ...noise());
  const flac = () => media('a.flac', ...noise(96_000));
  const mp4 = () => media('a.mp4', ...noise(48_000), '-c:a', 'aac');
  const opus = () => media('a.opus', ...noise(48_000), '-c:a', 'libopus');
  const holes = () => media('holes.mkv', ...noise(48_000), '-c:a', 'pcm_s16le', ...hole);
  const late = () =>
    media('late.mov', ...picture(2), '-itsoffset', '0.75', ...noise(), '-c:v', 'mpeg4', '-c:a', 'pcm_s16le');
  const table: [name: string, source: () => Promise<string>, options: ConversionOptions, rate: number][] = [
    ['1.5 to the end of a.wav', wav, { start: 1.5 }, 44_100],
    ['0 to 0.1 of a.wav', wav, { end: 0.1 }, 44_100],
    ['0.123457 to 5.000023 of a.wav', wav, { start: 0.123457, end: 5.000023 }, 44_100],
    ['one sample before the end of a.wav', wav, { start: 5, end: 5.999977 }, 44_100],
    ['1 to 4 of a.flac, at 48 kHz', flac, { start: 1, end: 4 }, 48_000],
    ['2.000021 to 4 of a.mp4', mp4, { start: 2.000021, end: 4 }, 48_000],
    ['1.001 to the end of a.opus', opus, { start: 1.001 }, 48_000],
    ['2 to 5.5 of holes.mkv, across a hole', holes, { start: 2, end: 5.5 }, 48_000],
    ['4.25 to the end of holes.mkv, in a hole', holes, { start: 4.25 }, 48_000],
    ['0.5 to 3 of late.mov, before its sound begins', late, { start: 0.5, end: 3 }, 44_100],
    ['1 to 100 of a.wav, beyond its end', wav, { start: 1, end: 100 }, 44_100],
  ];
  for (const [name, source, options, rate] of table) {
    it(`select exact samples: ${name}`, async () => {
      const path = await source();
      const { start = 0, end } = options;
      const to = end === undefined ? '' : `:end_sample=${Math.round(end * rate)}`;
      const resampled = rate === 48_000 && name.includes('flac') ? ',aresample=48000' : '';
      const range = `${resampled},atrim=start_sample=${Math.round(start * rate)}${to}`;
      const reference = await filled(path, range);
      for (const cores of [1, 2]) {
        const made = await convertMedia(path, { options: { quality: 4, ...options }, cores });
        assert.equal(made.samples, reference.samples);
        if (made.samples > rate) assert.equal(lagAt(made, reference, made.samples / rate - 0.3), 0);
      }
    });
  }

  it('are refused where the sound ends before `start`', async () => {
    await assert.rejects(convertMedia(await wav(), { options: { start: 6.1 }, cores: 2 }), {
      code: 'conversion_failed',
      message: /ends before `start`/,
    });
  });

  it('may select a part of a sound that would be too long', async () => {
    const made = await convertMedia(await wav(), { options: { start: 2, end: 4 }, maxDurationSeconds: 3 });
    assert.equal(made.samples, 2 * 44_100);
    await assert.rejects(convertMedia(await wav(), { options: { start: 2 }, maxDurationSeconds: 3 }), {
      code: 'too_long',
    });
  });
});

describe('createTranscode › bit rate and sample rate', { concurrency: 2 }, () => {
  const table: [options: ConversionOptions, source: number, rate: number][] = [
    [{ bitrate: 64, sample_rate: 22_050 }, 48_000, 22_050],
    [{ bitrate: 320 }, 44_100, 44_100],
    [{ bitrate: 128, channels: 1 }, 48_000, 48_000],
    [{ quality: 0, sample_rate: 48_000 }, 44_100, 48_000],
    [{ quality: 9, sample_rate: 8000 }, 44_100, 8000],
    [{ sample_rate: 32_000 }, 96_000, 32_000],
    [{}, 192_000, 48_000],
  ];
  for (const [options, source, rate] of table) {
    it(`are as requested: ${JSON.stringify(options)} of ${source} Hz`, async () => {
      const made = await convertMedia(await media('a.wav', ...noise(source, 3)), { options, cores: 2 });
      assert.equal(made.rate, rate);
      assert.ok(Math.abs(made.samples - 3 * rate) <= 2, `${made.samples}`);
    });
  }
});
