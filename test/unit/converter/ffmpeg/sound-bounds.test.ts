import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxSoundSeconds, requireRealFormat } from '../../../../services/converter/ffmpeg/sound-bounds.ts';

const HOUR = 3600;

/**
 * Bytes of one second of silence in one channel at 8, 16, 44.1, 48 and 96 kHz, without the header of the file, as ffmpeg 5.1 writes
 * it. The numbers of AMR are from the table of frames in RFC 4867: with its pauses, each 20 ms are one byte at least.
 */
const RATES = [8000, 16_000, 44_100, 48_000, 96_000];
const SILENCE: Record<string, readonly number[]> = {
  'FLAC, frames of 576': [166.63, 354.8, 995.37, 1083.33, 2166.67],
  'FLAC, frames of 4,096': [23.3, 46.88, 129.2, 141.13, 299.31],
  'FLAC, frames of 4,608': [20.59, 41.58, 114.8, 125.0, 264.18],
  'FLAC, frames of 16,384': [5.51, 11.49, 32.28, 35.16, 70.53],
  'FLAC, frames of 65,535': [1.58, 3.24, 9.28, 10.13, 20.44],
  WavPack: [8.39, 17.0, 68.0, 68.0, 136.0],
  TTA: [1070.1, 2070.2, 5582.5, 6070.6, 12070.2],
  ALAC: [45.23, 89.7, 247.63, 269.87, 538.97],
  'Opus, packets of 120 ms': [50.2, 50.2, 50.2, 50.2, 50.2],
  Vorbis: [88.57, 88.63, 112.23, 120.73, 214.53],
  AAC: [62.97, 126.2, 347.37, 377.77, 755.83],
  MP3: [1000.8, 999.6, 3979.73, 4000.0, 4000.0],
  'AMR, with pauses (by RFC 4867)': [50, 50],
};

describe('maxSoundSeconds', () => {
  const honest: [what: string, bytes: number, seconds: number, format?: object][] = [
    ['30 minutes of silence at 8 kHz in FLAC with the longest frames', 11_200, 1800, { sampleRate: 8000 }],
    ['30 minutes of silence at 8 kHz in WavPack', 15_393, 1800, { sampleRate: 8000 }],
    ['an hour of silence in FLAC', 129_000, HOUR],
    ['an hour of silence in Opus', 25 * HOUR, HOUR],
    ['an hour of silence in WavPack', 40 * HOUR, HOUR],
    ['an hour of silence in FLAC at 192 kHz', 4 * 120 * HOUR, HOUR, { sampleRate: 192_000, channels: 2 }],
    ['twelve hours of speech at 600 bytes a second', 600 * 12 * HOUR, 12 * HOUR],
    ['a second of sound between two pauses of a minute', 1000, 121],
  ];
  for (const [what, bytes, seconds, format] of honest) {
    it(`allows ${what}`, () => assert.ok(maxSoundSeconds(bytes, format) >= seconds));
  }

  for (const [codec, row] of Object.entries(SILENCE)) {
    for (const [index, bytesPerSecond] of row.entries()) {
      const sampleRate = RATES[index] as number;
      it(`allows twelve hours of silence in ${codec} at ${sampleRate} Hz`, () => {
        assert.ok(maxSoundSeconds(bytesPerSecond * 12 * HOUR, { sampleRate, channels: 1 }) >= 12 * HOUR);
      });
    }
  }

  const bombs: [what: string, bytes: number, seconds: number, format?: object][] = [
    ['an hour in 3 kB', 3000, HOUR],
    ['twelve hours in 100 kB', 100_000, 12 * HOUR],
    ['a minute of silence for each 30 bytes', 30_000, 1000 * 60],
    ['the same at 8 kHz', 30_000, 1000 * 60, { sampleRate: 8000 }],
    ['50 minutes in 3 kB at 1 Hz', 3000, 3000, { sampleRate: 1 }],
    ['an hour in 3 kB at 8 kHz', 3000, HOUR, { sampleRate: 8000 }],
    ['an hour at 768 kHz in the bytes that do for 48 kHz', 8 * HOUR, HOUR, { sampleRate: 768_000 }],
    ['an hour in 64 channels in the bytes that do for 8', 8 * HOUR, HOUR, { channels: 64 }],
  ];
  for (const [what, bytes, seconds, format] of bombs) {
    it(`does not allow ${what}`, () => assert.ok(maxSoundSeconds(bytes, format) < seconds));
  }

  it('grows with the bytes, and no faster', () => {
    const [one, two, three] = [0, 16_000, 32_000].map((bytes) => maxSoundSeconds(bytes));
    assert.deepEqual([one, two, three], [120, 2120, 4120]);
  });
});

describe('requireRealFormat', () => {
  for (const format of [
    { sampleRate: 100 },
    { sampleRate: 768_000 },
    { channels: 64 },
    { channels: 1 },
    {},
  ]) {
    it(`takes ${JSON.stringify(format)}`, () => requireRealFormat(format));
  }
  for (const format of [{ sampleRate: 1 }, { sampleRate: 99 }, { sampleRate: 768_001 }, { channels: 255 }]) {
    it(`refuses ${JSON.stringify(format)}`, () =>
      assert.throws(() => requireRealFormat(format), { code: 'conversion_failed' }));
  }
});
