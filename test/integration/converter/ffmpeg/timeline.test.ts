import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { media, picture } from '../../../support/media.ts';
import { convertMedia, lagAt, levelOf, type Pcm, pcmOf } from './convert-media.ts';

const noise = (rate = 44_100, seconds = 6) => [
  ...['-f', 'lavfi', '-i', `anoisesrc=c=pink:r=${rate}:d=${seconds}:a=0.5:seed=7`],
];
/** Moves all packets after the third second. `ticks` is the number of ticks a second of the container. */
const shiftAfter3 = (ticks: number, seconds: number) => {
  const shift = `gte(PTS,${3 * ticks})*${Math.round(seconds * ticks)}`;
  return ['-bsf:a', `setts=pts='PTS+${shift}':dts='DTS+${shift}'`];
};
/** ffmpeg's own way to fill holes with silence. */
const filled = (path: string) => pcmOf(path, '-af', 'aresample=async=1:min_hard_comp=0.1');
const SILENT = -80;
/** Samples that two ways to fill a hole may differ by, because of the rounding of timestamps. */
const ROUNDING = 2;

/** Asserts that the sound around `at` is that of the reference. */
function assertSameSound(made: Pcm, reference: Pcm, at: number): void {
  const lag = lagAt(made, reference, at);
  assert.ok(lag !== undefined && Math.abs(lag) <= ROUNDING, `at ${at} s: ${lag}`);
}

describe('createTranscode › a hole in the sound', { concurrency: 2 }, () => {
  const hole = (name: string, seconds: number, ticks: number, rate: number, ...codec: string[]) =>
    [
      `${seconds} s in ${name}`,
      seconds,
      () => media(name, ...noise(rate), ...codec, ...shiftAfter3(ticks, seconds)),
    ] as const;
  const table = [
    hole('opus.webm', 1.5, 1000, 48_000, '-c:a', 'libopus', '-live', '1'),
    hole('aac.flv', 0.3, 1000, 44_100, '-c:a', 'aac'),
    hole('aac.mkv', 1.5, 1000, 44_100, '-c:a', 'aac'),
    hole('pcm.mkv', 2, 1000, 44_100, '-c:a', 'pcm_s16le'),
    hole('aac.mp4', 1.5, 44_100, 44_100, '-c:a', 'aac'),
    hole('alac.mov', 12, 44_100, 44_100, '-c:a', 'alac'),
    hole('flac.ogg', 1.5, 44_100, 44_100, '-c:a', 'flac'),
    hole('opus.opus', 0.5, 48_000, 48_000, '-c:a', 'libopus'),
    hole('longest.mkv', 59.9, 1000, 44_100, '-c:a', 'mp2'),
  ];
  for (const [name, seconds, source] of table) {
    it(`becomes silence, and nothing moves: ${name}`, async () => {
      const path = await source();
      const reference = await filled(path);
      for (const cores of [1, 2]) {
        const made = await convertMedia(path, { cores });
        // Matroska and FLV round timestamps to milliseconds.
        assert.ok(
          Math.abs(made.samples - reference.samples) <= ROUNDING,
          `${made.samples} of ${reference.samples}`,
        );
        assert.deepEqual(made.warnings, []);
        assertSameSound(made, reference, 1);
        assertSameSound(made, reference, 4 + seconds);
        assert.ok(levelOf(made, 0, 3.2, 3 + seconds - 0.05) < SILENT);
      }
    });
  }

  it('is closed when it is longer than a minute', async () => {
    const path = await media('minute.mkv', ...noise(), '-c:a', 'aac', ...shiftAfter3(1000, 60.5));
    const made = await convertMedia(path);
    assert.equal(made.samples, (await pcmOf(path)).samples);
    assert.deepEqual(
      made.warnings.map(({ code, seconds }) => [code, seconds]),
      [['gap_closed', 60.5]],
    );
  });

  const lost: [name: string, codec: string, packets: string, packetSamples: number][] = [
    ['lost.ts', 'aac', 'between(n,50,80)', 31 * 1024],
    ['lost.mkv', 'mp2', 'between(n,50,59)', 10 * 1152],
    ['lost.mp4', 'aac', 'between(n,100,109)', 10 * 1024],
    ['lost.flv', 'libmp3lame', 'between(n,100,119)', 20 * 1152],
  ];
  for (const [name, codec, packets, samples] of lost) {
    it(`is as long as the packets that are missing: ${name}`, async () => {
      const whole = await media(`whole-${name}`, ...noise(), '-c:a', codec);
      const path = await media(name, ...noise(), '-c:a', codec, '-bsf:a', `noise=drop='${packets}'`);
      const [made, reference] = await Promise.all([convertMedia(path), pcmOf(path)]);
      const tick = 0.002 * 44_100;
      assert.ok(Math.abs(made.samples - reference.samples - samples) <= tick, String(made.samples));
      const all = await pcmOf(whole);
      assert.ok(Math.abs(lagAt(made, all, 5) ?? Number.NaN) <= 64);
    });
  }
});

describe('createTranscode › sound that begins late', { concurrency: 2 }, () => {
  const late = (name: string, seconds: number, video: string, audio: string, rate = 44_100) =>
    [
      `${seconds} s in ${name}`,
      () =>
        media(
          name,
          ...[...picture(2), '-itsoffset', String(seconds), ...noise(rate), '-map', '0', '-map', '1'],
          ...['-c:v', video, '-c:a', audio],
        ),
    ] as const;
  const table = [
    late('late.mp4', 0.05, 'mpeg4', 'aac'),
    late('late.mov', 0.4, 'mpeg4', 'pcm_s16le'),
    late('late.mkv', 7, 'mpeg4', 'flac'),
    late('late.webm', 0.4, 'libvpx', 'libopus', 48_000),
    late('late.flv', 0.4, 'flv', 'libmp3lame'),
    late('late.wmv', 2, 'wmv2', 'wmav2'),
    late('latest.mkv', 59, 'mpeg4', 'ac3'),
  ];
  for (const [name, source] of table) {
    it(`keeps its place in the film: ${name}`, async () => {
      const path = await source();
      const reference = await pcmOf(path, '-af', 'aresample=async=1:first_pts=0:min_hard_comp=0.1');
      for (const cores of [1, 2]) {
        const made = await convertMedia(path, { cores });
        // The rounding of the first timestamp differs where a track starts in the middle of a millisecond.
        assert.ok(Math.abs(made.samples - reference.samples) <= 25, `${made.samples - reference.samples}`);
        assert.deepEqual(made.warnings, []);
        assert.ok(levelOf(made, 0, 0, 0.02) < SILENT);
      }
    });
  }

  it('begins at once when it is more than a minute late', async () => {
    const [, source] = late('hour.mkv', 70, 'mpeg4', 'aac');
    const path = await source();
    const made = await convertMedia(path);
    assert.equal(made.samples, (await pcmOf(path)).samples);
    assert.deepEqual(
      made.warnings.map(({ code, at_seconds }) => [code, at_seconds]),
      [['gap_closed', 0]],
    );
  });
});

describe('createTranscode › frames whose length differs from their timestamps', { concurrency: 2 }, () => {
  const scaled = (name: string, factor: number, codec: string) =>
    [
      `${factor} times in ${name}`,
      () => media(name, ...noise(), '-c:a', codec, '-bsf:a', `setts=pts=PTS*${factor}:dts=DTS*${factor}`),
    ] as const;
  const jittering = (name: string, codec: string, extent: number) => {
    const jitter = `trunc(${extent}*sin(N*1.7))`;
    const bsf = `setts=pts='PTS+${jitter}':dts='DTS+${jitter}'`;
    return [
      `±${extent} ms in ${name}`,
      () => media(name, ...noise(48_000), '-c:a', codec, '-bsf:a', bsf),
    ] as const;
  };
  const table = [
    scaled('rate.mkv', 48 / 44.1, 'aac'),
    scaled('double.mkv', 2, 'aac'),
    scaled('double.flv', 2, 'libmp3lame'),
    scaled('half.mkv', 0.5, 'pcm_s16le'),
    scaled('slow.mkv', 1.001, 'mp2'),
    jittering('jitter.flv', 'aac', 20),
    jittering('jitter.webm', 'libopus', 15),
  ];
  for (const [name, source] of table) {
    it(`leave no holes in the sound: ${name}`, async () => {
      const path = await source();
      const made = await convertMedia(path);
      assert.equal(made.samples, (await pcmOf(path)).samples);
      assert.deepEqual(made.warnings, []);
    });
  }
});

describe('createTranscode › sound that cannot be decoded', { concurrency: 2 }, () => {
  const broken = () =>
    media('broken.mkv', ...noise(), '-c:a', 'aac', '-bsf:a', "noise=amount='between(n,60,160)*2'");

  it('is reported with its length', async () => {
    const { warnings } = await convertMedia(await broken());
    const [warning] = warnings;
    assert.equal(warning?.code, 'damaged');
    assert.ok((warning.seconds ?? 0) > 1.5 && (warning.seconds ?? 0) < 3, JSON.stringify(warnings));
  });

  it('does not fail the conversion, even where it is most of the sound', async () => {
    const noisy = ['-bsf:a', "noise=amount='gte(n,40)*2'"];
    const made = await convertMedia(await media('noisy.mkv', ...noise(), '-c:a', 'aac', ...noisy));
    assert.ok(made.samples >= 30 * 1024, String(made.samples));
    assert.ok((made.warnings[0]?.seconds ?? 0) > 4, JSON.stringify(made.warnings));
  });

  it('fails the conversion with `strict`', async () => {
    const strict = convertMedia(await broken(), { options: { quality: 9, strict: true } });
    await assert.rejects(strict, { code: 'conversion_failed', message: /damaged/ });
  });

  const upTo = (end: number, options: ConversionOptions = {}) => ({
    options: { quality: 9, end, ...options },
  });
  for (const name of ['a.mkv', 'a.mp4', 'a.flv']) {
    it(`is reported with \`end\` where nothing else follows, in ${name}`, async () => {
      const noisy = ['-bsf:a', "noise=amount='gte(n,40)*2'"];
      const { warnings } = await convertMedia(
        await media(name, ...noise(), '-c:a', 'aac', ...noisy),
        upTo(4),
      );
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['damaged'],
      );
      assert.ok((warnings[0]?.seconds ?? 0) > 2.5, JSON.stringify(warnings));
    });
  }

  for (const cores of [1, 2]) {
    it(`is reported with \`end\` where more sound follows, by ${cores} process(es)`, async () => {
      const { parts, warnings } = await convertMedia(await broken(), { ...upTo(4.5), cores });
      assert.equal(parts, cores);
      assert.equal(warnings[0]?.code, 'damaged');
      assert.ok((warnings[0].seconds ?? 0) > 1.5 && (warnings[0].seconds ?? 0) < 3, JSON.stringify(warnings));
    });
  }

  it('is not reported where it is behind `end`', async () => {
    assert.deepEqual((await convertMedia(await broken(), upTo(1, { strict: true }))).warnings, []);
  });

  it('fails the conversion with `strict` and `end`', async () => {
    const strict = convertMedia(await broken(), upTo(4, { strict: true }));
    await assert.rejects(strict, { code: 'conversion_failed', message: /damaged/ });
  });

  for (const samples of [1, 5, 50, 441]) {
    it(`is no excuse for a whole sound of ${samples} samples`, async () => {
      const made = await convertMedia(
        await media('short.wav', ...noise(), '-af', `atrim=end_sample=${samples}`),
      );
      // LAME pads the shortest sounds up to 47 samples, which is a millisecond.
      assert.equal(made.samples, Math.max(47, samples));
      assert.deepEqual(made.warnings, []);
    });
  }
});
