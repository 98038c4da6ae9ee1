import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedMp3 } from '../../../../services/converter/probe/expected-mp3.ts';
import { type ConversionOptions, SAMPLE_RATES } from '../../../../services/shared/jobs/conversion-options.ts';
import { vbrBitrate } from '../../../../services/shared/mp3/vbr-bitrates.ts';
import { audioTrack } from '../../../support/audio-track.ts';

const track = { expectedSeconds: 100, sampleRate: 48_000, channels: 2, codec: 'aac' };
const expected = (options: ConversionOptions, over: Partial<typeof track> = {}) =>
  expectedMp3(audioTrack({ ...track, ...over }), 0, options);

describe('expectedMp3', () => {
  it('knows nothing where the length of the sound is unknown', () => {
    assert.equal(expectedMp3(audioTrack({ ...track, expectedSeconds: undefined }), 0, {}), undefined);
  });

  const LENGTHS: [options: ConversionOptions, seconds: number][] = [
    [{}, 100],
    [{ start: 30 }, 70],
    [{ end: 30.5 }, 30.5],
    [{ start: 20, end: 30 }, 10],
    [{ start: 20, end: 300 }, 80],
    [{ start: 200 }, 0],
  ];
  for (const [options, seconds] of LENGTHS) {
    it(`expects ${seconds} s of a track of 100 s with ${JSON.stringify(options)}`, () => {
      assert.equal(expected(options)?.durationSeconds, seconds);
    });
  }

  it('expects the size of a constant bit rate to the frame', () => {
    // 61.7 s at 44.1 kHz and 320 kbps: a real MP3 had 2,470,137 bytes.
    const mp3 = expected({ bitrate: 320 }, { expectedSeconds: 61.7, sampleRate: 44_100 });
    assert.ok(Math.abs((mp3?.soundBytes ?? 0) - 2_470_137) < 10, `${mp3?.soundBytes}`);
  });

  it('expects the bit rate of the rate and the channels that the MP3 has', () => {
    const bytesPerSecond = (options: ConversionOptions, over: Partial<typeof track> = {}) =>
      (expected(options, over)?.soundBytes ?? 0) / 100;
    const near = (actual: number, kbps: number) =>
      assert.ok(Math.abs(actual * 8 - kbps * 1000) < kbps * 10, `${actual * 8} and ${kbps}`);
    near(bytesPerSecond({}), vbrBitrate({ quality: 2, rate: 48_000, channels: 2 }));
    near(bytesPerSecond({ channels: 1 }), vbrBitrate({ quality: 2, rate: 48_000, channels: 1 }));
    near(bytesPerSecond({}, { channels: 6 }), vbrBitrate({ quality: 2, rate: 48_000, channels: 2 }));
    near(
      bytesPerSecond({ quality: 9 }, { channels: 1, sampleRate: 96_000 }),
      vbrBitrate({ quality: 9, rate: 48_000, channels: 1 }),
    );
    near(bytesPerSecond({ sample_rate: 16_000 }), vbrBitrate({ quality: 2, rate: 16_000, channels: 2 }));
  });

  it('does not know the size of sound that is passed on as it is', () => {
    assert.equal(expected({ copy: true }, { codec: 'mp3' })?.soundBytes, undefined);
    assert.ok(expected({ copy: true })?.soundBytes);
  });
});

describe('vbrBitrate', () => {
  it('is lower for a lower quality, a lower rate, and mono', () => {
    for (const rate of SAMPLE_RATES) {
      for (const channels of [1, 2]) {
        const rates = [...Array(10).keys()].map((quality) => vbrBitrate({ quality, rate, channels }));
        assert.deepEqual(
          rates,
          rates.toSorted((one, other) => other - one),
        );
        const lower = SAMPLE_RATES.filter((each) => each < rate).at(-1);
        if (lower) assert.ok(vbrBitrate({ quality: 2, rate: lower, channels }) <= (rates[2] ?? 0));
      }
      assert.ok(
        vbrBitrate({ quality: 2, rate, channels: 1 }) < vbrBitrate({ quality: 2, rate, channels: 2 }),
      );
    }
  });
});
