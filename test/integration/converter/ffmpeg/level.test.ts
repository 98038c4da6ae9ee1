import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { file, media } from '../../../support/media.ts';
import { convertMedia, levelOf, type Pcm, pcmOf } from './convert-media.ts';

/** One tone in every channel, 0.9 of full scale. Each added channel makes the sum louder. */
const everywhere = (channels: number, layout: string) => [
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='${Array(channels).fill('0.9*sin(2*PI*440*t)').join('|')}':s=48000:d=2:c=${layout}`,
];
/** A tone in one channel alone. */
const only = (channel: number, channels: number, layout: string) => [
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='${Array.from({ length: channels }, (_, at) => (at === channel ? '0.9*sin(2*PI*440*t)' : '0')).join('|')}':s=48000:d=2:c=${layout}`,
];
/** The level of a tone of 0.9 of full scale. */
const TONE = 20 * Math.log10(0.9) - 10 * Math.log10(2);
const db = (factor: number) => 20 * Math.log10(factor);
const assertLevel = (actual: number, expected: number, tolerance = 0.1) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} dB is not ${expected} dB`);
/** What each channel gives to the left side, in the order of the channels. The right side gets as much of the same tone. */
const SIDE = Math.SQRT1_2;
const LEFT: Record<string, number[]> = {
  '5.0': [1, 0, SIDE, SIDE, 0],
  '5.1': [1, 0, SIDE, 0, SIDE, 0],
  '5.1(side)': [1, 0, SIDE, 0, SIDE, 0],
  '7.1': [1, 0, SIDE, 0, SIDE, 0, SIDE, 0],
};

/** Mixes decoded channels to one, scaled by the sum of the weights. */
function mixOf({ pcm, channels, samples, rate }: Pcm, weights: readonly number[]): Pcm {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mix = Int16Array.from({ length: samples }, (_, at) =>
    weights.reduce((sum, weight, channel) => sum + (weight / total) * (pcm[at * channels + channel] ?? 0), 0),
  );
  return { pcm: mix, channels: 1, samples, rate };
}

const best = { bitrate: 320 } as const;

describe('createTranscode › the level of a mix', { concurrency: 2 }, () => {
  const lossy = ['-b:a', '448k'];
  const table: [name: string, layout: string, codec: string[]][] = [
    ['aac.m4a', '5.1', ['-c:a', 'aac', ...lossy]],
    ['ac3.mkv', '5.1', ['-c:a', 'ac3', ...lossy]],
    ['eac3.mkv', '5.1', ['-c:a', 'eac3', ...lossy]],
    ['dts.mkv', '5.1(side)', ['-c:a', 'dca', '-strict', '-2', '-b:a', '1536k']],
    ['truehd.mkv', '5.1(side)', ['-c:a', 'truehd', '-strict', '-2']],
    ['flac.flac', '5.1', ['-c:a', 'flac']],
    ['pcm.wav', '5.1', ['-c:a', 'pcm_s16le']],
    ['float.wav', '5.1', ['-c:a', 'pcm_f32le']],
    ['opus.webm', '5.1', ['-c:a', 'libopus', ...lossy]],
    ['vorbis.ogg', '5.1', ['-c:a', 'libvorbis', '-q:a', '8']],
    ['aac71.m4a', '7.1', ['-c:a', 'aac', '-b:a', '512k']],
    ['flac71.mkv', '7.1', ['-c:a', 'flac']],
    ['pcm50.mkv', '5.0', ['-c:a', 'pcm_s24le']],
  ];
  for (const [name, layout, codec] of table) {
    for (const channels of [1, 2] as const) {
      it(`is that of each channel, with ${channels} of them from ${name}`, async () => {
        const weights = LEFT[layout] ?? [];
        const path = await media(name, ...everywhere(weights.length, layout), ...codec);
        const made = await convertMedia(path, { options: { ...best, channels } });
        assert.equal(made.channels, channels);
        const reference = mixOf(await pcmOf(path), weights);
        assertLevel(levelOf(made, 0, 0.5, 1.5), levelOf(reference, 0, 0.5, 1.5));
        assertLevel(levelOf(made, 0, 0.5, 1.5), TONE, 0.2);
        const steady = made.pcm.subarray(0.5 * made.rate * channels, 1.5 * made.rate * channels);
        assert.ok(steady.every((sample) => Math.abs(sample) < 32_767));
        assert.deepEqual(
          made.warnings.map(({ code }) => code),
          ['downmixed'],
        );
      });
    }
  }
});

describe('createTranscode › the weights of a mix', { concurrency: 2 }, () => {
  const FRONT = 1 / (1 + 2 * Math.SQRT1_2);
  const table: [
    name: string,
    channel: number,
    channels: number,
    layout: string,
    left: number,
    right: number,
  ][] = [
    ['left of 5.1', 0, 6, '5.1', FRONT, 0],
    ['right of 5.1', 1, 6, '5.1', 0, FRONT],
    ['centre of 5.1', 2, 6, '5.1', FRONT * Math.SQRT1_2, FRONT * Math.SQRT1_2],
    ['low frequencies of 5.1', 3, 6, '5.1', 0, 0],
    ['left surround of 5.1', 4, 6, '5.1', FRONT * Math.SQRT1_2, 0],
    ['left of quadraphonic sound', 0, 4, 'quad', 1 / (1 + Math.SQRT1_2), 0],
    ['left of stereo', 0, 2, 'stereo', 1, 0],
    ['second of two channels behind', 1, 2, 'BL+BR', 0, 1],
    ['right of a pair above', 1, 2, 'TFL+TFR', 0, 1],
  ];
  for (const [name, channel, channels, layout, left, right] of table) {
    it(`follow BS.775: ${name}`, async () => {
      const made = await convertMedia(await media('one.wav', ...only(channel, channels, layout)), {
        options: best,
      });
      for (const [side, weight] of [left, right].entries()) {
        const level = levelOf(made, side, 0.5, 1.5);
        if (weight === 0) assert.ok(level < -70, `${level} dB`);
        else assertLevel(level, TONE + db(weight));
      }
    });
  }

  const loose = async (channels: number, channel: number) => {
    const samples = new Int16Array(48_000 * channels);
    for (let at = channel, time = 0; at < samples.length; at += channels, time++) {
      samples[at] = 0.9 * 32_767 * Math.sin((2 * Math.PI * 440 * time) / 48_000);
    }
    const raw = await file('loose.raw', new Uint8Array(samples.buffer));
    return media('loose.wav', '-f', 's16le', '-ar', '48000', '-ac', String(channels), '-i', raw);
  };
  for (const channels of [9, 12, 15, 16, 24, 32]) {
    it(`are documented for ${channels} channels of which the file says nothing`, async () => {
      const sum = 1 + (channels - 2) * Math.SQRT1_2;
      const [first, third] = await Promise.all(
        [0, 2].map(async (channel) => {
          const made = await convertMedia(await loose(channels, channel), { options: best });
          return [levelOf(made, 0, 0.3, 0.8), levelOf(made, 1, 0.3, 0.8)] as const;
        }),
      );
      assert.ok(first && third);
      assertLevel(first[0] - third[0], db(Math.SQRT2));
      assertLevel(third[0], third[1]);
      assert.ok(first[1] < -70);
      assertLevel(first[0], TONE + db(1 / sum));
    });
  }

  it('turn ambisonics into left and right', async () => {
    const source = [
      '-f',
      'lavfi',
      '-i',
      "aevalsrc='0.5*sin(2*PI*440*t)|0.3*sin(2*PI*440*t)|0|0':s=48000:d=2:c=4.0",
    ];
    const path = await media(
      'ambisonic.opus',
      ...source,
      '-c:a',
      'libopus',
      '-mapping_family',
      '2',
      '-b:a',
      '320k',
    );
    const made = await convertMedia(path, { options: best });
    assertLevel(levelOf(made, 0, 0.5, 1.5) - levelOf(made, 1, 0.5, 1.5), db(0.4 / 0.1), 0.4);
    assertLevel(levelOf(made, 0, 0.5, 1.5), db(0.4) - 10 * Math.log10(2), 0.4);
  });
});

describe('createTranscode › the number of channels', { concurrency: 2 }, () => {
  const table: [
    name: string,
    layout: string,
    channels: number,
    requested: 1 | 2 | undefined,
    made: number,
    level: number,
  ][] = [
    ['stays 1', 'mono', 1, undefined, 1, TONE],
    ['stays 2', 'stereo', 2, undefined, 2, TONE],
    ['becomes 1, as requested', 'stereo', 2, 1, 1, TONE],
    // BS.775 gives each side 1/√2 of a mono channel, which is as loud.
    ['becomes 2, as requested', 'mono', 1, 2, 2, TONE + db(Math.SQRT1_2)],
  ];
  for (const [name, layout, channels, requested, expected, level] of table) {
    it(`${name}, from ${layout}`, async () => {
      const options = requested === undefined ? best : { ...best, channels: requested };
      const made = await convertMedia(await media('plain.wav', ...everywhere(channels, layout)), { options });
      assert.equal(made.channels, expected);
      assertLevel(levelOf(made, 0, 0.5, 1.5), level);
      assert.deepEqual(made.warnings, []);
    });
  }
});

describe('createTranscode › a recording that changes its channels midway', () => {
  const part = (channels: string) =>
    media(`${channels}.ts`, ...only(0, 2, 'stereo'), '-ac', channels, '-c:a', 'ac3', '-f', 'mpegts');

  it('keeps all of its sound', async () => {
    const [stereo, surround] = await Promise.all(['2', '6'].map(part));
    const path = await media('concat.ts', '-i', `concat:${stereo}|${surround}|${stereo}`, '-c', 'copy');
    const made = await convertMedia(path, { options: best });
    assert.equal(made.channels, 2);
    const seconds = made.samples / made.rate;
    assert.ok(Math.abs(seconds - 6) < 0.15, `${seconds} s`);
    for (const at of [0.5, 4.7]) assertLevel(levelOf(made, 0, at, at + 0.8), TONE);
  });
});
