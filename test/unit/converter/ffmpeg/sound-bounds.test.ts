import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxSoundSeconds, requireRealFormat } from '../../../../services/converter/ffmpeg/sound-bounds.ts';

const HOUR = 3600;

describe('maxSoundSeconds', () => {
  const honest: [what: string, bytes: number, seconds: number, format?: object][] = [
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

  const bombs: [what: string, bytes: number, seconds: number, format?: object][] = [
    ['an hour in 3 kB', 3000, HOUR],
    ['twelve hours in 100 kB', 100_000, 12 * HOUR],
    ['a minute of silence for each 30 bytes', 30_000, 1000 * 60],
    ['an hour at 768 kHz in the bytes that do for 48 kHz', 16 * HOUR, HOUR, { sampleRate: 768_000 }],
    ['an hour in 64 channels in the bytes that do for 8', 16 * HOUR, HOUR, { channels: 64 }],
  ];
  for (const [what, bytes, seconds, format] of bombs) {
    it(`does not allow ${what}`, () => assert.ok(maxSoundSeconds(bytes, format) < seconds));
  }

  it('grows with the bytes, and no faster', () => {
    const [one, two, three] = [0, 16_000, 32_000].map((bytes) => maxSoundSeconds(bytes));
    assert.deepEqual([one, two, three], [120, 1120, 2120]);
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
