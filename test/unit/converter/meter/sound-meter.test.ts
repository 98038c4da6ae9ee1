import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnSamples } from '../../../../services/converter/meter/own-samples.ts';
import {
  createSoundMeter,
  joinParts,
  type MeasuredPart,
  type SoundFormat,
  stepSamples,
} from '../../../../services/converter/meter/sound-meter.ts';

const RATE = 48_000;
/** Returns the level of a channel at a time in seconds. */
type Wave = (time: number) => number;

const sine =
  (hertz: number, level: number, phase = 0): Wave =>
  (time) =>
    level * Math.sin(2 * Math.PI * hertz * time + phase);
const silence: Wave = () => 0;

/** Samples as ffmpeg gives them to the meter: interleaved stereo, at half their level. */
function samplesOf(seconds: number, [left, right = left]: [Wave, Wave?], rate = RATE): Int16Array {
  const samples = new Int16Array(Math.round(seconds * rate) * 2);
  for (let frame = 0; frame < samples.length / 2; frame++) {
    samples[2 * frame] = Math.round(left(frame / rate) * 16_384);
    samples[2 * frame + 1] = Math.round(right(frame / rate) * 16_384);
  }
  return samples;
}

/** Writes the samples in pieces that end in mid-sample. */
function measure(
  samples: Int16Array,
  format: SoundFormat = { sampleRate: RATE, channels: 2 },
  { pieceBytes = 9_999, ...own }: Partial<OwnSamples> & { pieceBytes?: number } = {},
): MeasuredPart {
  const meter = createSoundMeter(format, { leadIn: 0, ...own });
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let at = 0; at < bytes.length; at += pieceBytes) meter.take(bytes.subarray(at, at + pieceBytes));
  return meter.part();
}

const near = (actual: number | undefined, expected: number, tolerance: number, what: string) =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual} and not ${expected}`,
  );

describe('the sound meter', () => {
  /**
   * BS.1770-4: a sine of 997 Hz at full scale in one channel has -3.01 LUFS, and each further channel adds to it. EBU Tech 3341
   * has a stereo sine of 1 kHz at -23 dBFS, which has -23 LUFS.
   */
  const LEVELS: [what: string, waves: [Wave, Wave?], lufs: number, dbtp: number][] = [
    ['a sine of 997 Hz at full scale in the left channel', [sine(997, 1), silence], -3.01, 0],
    ['a sine of 997 Hz at full scale in the right channel', [silence, sine(997, 1)], -3.01, 0],
    ['a stereo sine of 1 kHz at -23 dBFS', [sine(1000, 10 ** (-23 / 20))], -23, -23],
    ['a stereo sine of 1 kHz at -33 dBFS', [sine(1000, 10 ** (-33 / 20))], -33, -33],
    ['a sine that is above full scale', [sine(997, 1.5)], 3.52, 3.52],
  ];
  for (const [what, waves, lufs, dbtp] of LEVELS) {
    it(`measures ${what} as ${lufs} LUFS and ${dbtp} dBTP`, () => {
      const { integrated, truePeak } = joinParts([measure(samplesOf(5, waves))], 10);
      near(integrated, lufs, 0.05, 'LUFS');
      near(truePeak, dbtp, 0.05, 'dBTP');
    });
  }

  it('measures a mono MP3 as one channel, although its samples arrive as two equal channels', () => {
    const part = measure(samplesOf(5, [sine(997, 1)]), { sampleRate: RATE, channels: 1 });
    near(joinParts([part], 10).integrated, -3.01, 0.05, 'LUFS');
  });

  /** EBU Tech 3341, cases 3 to 5: quieter parts are gated. */
  const GATED: [what: string, seconds: [number, dbfs: number][], lufs: number][] = [
    [
      '10 s, 60 s and 10 s at -36, -23 and -36 dBFS',
      [
        [10, -36],
        [60, -23],
        [10, -36],
      ],
      -23,
    ],
    [
      'the same between 10 s at -72 dBFS',
      [
        [10, -72],
        [10, -36],
        [60, -23],
        [10, -36],
        [10, -72],
      ],
      -23,
    ],
    [
      '20 s, 20.1 s and 20 s at -26, -20 and -26 dBFS',
      [
        [20, -26],
        [20.1, -20],
        [20, -26],
      ],
      -23,
    ],
  ];
  for (const [what, parts, lufs] of GATED) {
    it(`measures ${what} as ${lufs} LUFS`, () => {
      const level: Wave = (time) => {
        let end = 0;
        for (const [seconds, dbfs] of parts) {
          end += seconds;
          if (time < end) return 10 ** (dbfs / 20);
        }
        return 0;
      };
      const rate = 8_000;
      const wave: Wave = (time) => level(time) * Math.sin(2 * Math.PI * 1000 * time);
      const total = parts.reduce((sum, [seconds]) => sum + seconds, 0);
      const part = measure(samplesOf(total, [wave], rate), { sampleRate: rate, channels: 2 });
      near(joinParts([part], 10).integrated, lufs, 0.1, 'LUFS');
    });
  }

  /** EBU Tech 3341, cases 15 to 19: the samples of these sines are lower than their peaks. */
  const BETWEEN: [what: string, wave: Wave, dbtp: number][] = [
    ['a quarter of the sample rate, 0°', sine(12_000, 0.5), -6],
    ['a quarter of the sample rate, 45°', sine(12_000, 0.5, Math.PI / 4), -6],
    ['a sixth of the sample rate, 60°', sine(8_000, 0.5, Math.PI / 3), -6],
    ['an eighth of the sample rate, 67.5°', sine(6_000, 0.5, (67.5 / 180) * Math.PI), -6],
    ['a quarter of the sample rate, 45°, above full scale', sine(12_000, 1.41, Math.PI / 4), 3],
  ];
  for (const [what, wave, dbtp] of BETWEEN) {
    it(`finds the true peak of a sine of ${what}`, () => {
      // The sine is faded in, because a sudden start has peaks of its own.
      const faded: Wave = (time) => Math.min(1, time * 4) * wave(time);
      const { truePeak } = joinParts([measure(samplesOf(1, [silence, faded]))], 10);
      assert.ok(truePeak !== undefined && truePeak < dbtp + 0.2 && truePeak > dbtp - 0.4, `${truePeak} dBTP`);
    });
  }

  it('finds a true peak at the border of two blocks', () => {
    const samples = samplesOf(1, [silence]);
    // Two equal samples, with the peak between them, at the end of the first block of 4,800.
    for (const frame of [4799, 4800]) samples[2 * frame] = 8192;
    const { truePeak } = joinParts([measure(samples)], 10);
    near(truePeak, 20 * Math.log10(0.5 * 1.27), 0.1, 'dBTP');
  });

  const SHAPES: [what: string, waves: [Wave, Wave?], expected: (share: number) => number][] = [
    ['a sine of a known level', [sine(1000, 0.5)], () => 0.5],
    [
      'a sine whose second half is silent',
      [(time) => (time < 5 ? sine(1000, 0.8)(time) : 0)],
      (share) => (share < 0.5 ? 0.8 : 0),
    ],
    ['a sine in the left channel only', [sine(1000, 0.6), silence], () => 0.6],
    ['a sine that fades in', [(time) => (time / 10) * sine(1000, 1)(time)], (share) => share],
    ['silence', [silence], () => 0],
  ];
  for (const [what, waves, expected] of SHAPES) {
    it(`draws ${what}`, () => {
      const { peaks } = joinParts([measure(samplesOf(10, waves))], 1000);
      assert.equal(peaks.length, 1000);
      for (const [part, peak] of peaks.entries())
        near(peak, expected((part + 0.5) / 1000), part === 499 || part === 500 ? 0.9 : 0.01, `part ${part}`);
    });
  }

  it('has neither loudness nor a peak for silence', () => {
    const { integrated, truePeak } = joinParts([measure(samplesOf(2, [silence]))], 10);
    assert.deepEqual([integrated, truePeak], [undefined, undefined]);
  });

  for (const [frames, parts] of [
    [0, 0],
    [1, 1],
    [576, 576],
    [1152, 1000],
    [19_199, 1000],
  ] as const) {
    it(`draws ${frames} samples in ${parts} parts, and has no loudness for so few`, () => {
      const sound = joinParts([measure(samplesOf(frames / RATE, [sine(1000, 0.5)]))], 1000);
      assert.equal(sound.peaks.length, parts);
      assert.equal(sound.integrated, undefined);
      if (frames >= 576) near(Math.max(...sound.peaks), 0.5, 0.01, 'the highest peak');
    });
  }

  for (const rate of [8_000, 11_025, 22_050, 32_000, 44_100]) {
    it(`measures the same at ${rate} Hz`, () => {
      const part = measure(samplesOf(5, [sine(997, 0.25)], rate), { sampleRate: rate, channels: 2 });
      const { integrated, truePeak } = joinParts([part], 10);
      near(integrated, -12.04, 0.1, 'LUFS');
      near(truePeak, -12.04, 0.1, 'dBTP');
    });
  }

  it('measures twenty minutes with a bounded number of levels, and a click where it is', () => {
    const minute = samplesOf(60, [sine(100, 0.1)], 8_000);
    const meter = createSoundMeter({ sampleRate: 8_000, channels: 2 });
    for (let number = 0; number < 20; number++) {
      const samples = minute.slice();
      if (number === 15) samples[2 * 4_000] = 16_384;
      meter.take(Buffer.from(samples.buffer));
    }
    const part = meter.part();
    assert.ok(part.maxima.levels.length <= 32_768);
    const { peaks } = joinParts([part], 1000);
    assert.equal(peaks.indexOf(1), 750);
    assert.equal(peaks.filter((peak) => peak > 0.11).length, 1);
  });

  it('measures parts that are cut between two steps exactly as it measures the whole', () => {
    const samples = samplesOf(20, [sine(997, 0.4), sine(3_000, 0.3)]);
    const step = stepSamples(RATE);
    // A peak between two samples, which is known only by samples of the next part.
    const cut = 71 * step;
    for (const frame of [cut - 5, cut - 4]) samples[2 * frame] = 16_384;
    const format = { sampleRate: RATE, channels: 2 } as const;
    const whole = measure(samples, format);
    const leadIn = 110_592;
    const parts = [
      measure(samples.subarray(0, 2 * (cut + 9_216)), format, { length: cut }),
      measure(samples.subarray(2 * (cut - leadIn)), format, { leadIn }),
    ];
    assert.equal(parts[0]?.steps.length, 71);
    assert.equal(whole.highest, Math.max(...parts.map(({ highest }) => highest)));
    for (const [index, each] of parts.flatMap(({ steps }) => steps).entries())
      near(each, whole.steps[index] ?? 0, 1e-9, `step ${index}`);
    assert.equal(
      parts.reduce((sum, { maxima }) => sum + maxima.samples, 0),
      whole.maxima.samples,
    );
  });

  it('measures parts with lead-ins as it measures the whole', () => {
    const wave: Wave = (time) => (0.2 + 0.1 * Math.floor(time / 3)) * Math.sin(2 * Math.PI * 997 * time);
    const samples = samplesOf(20, [wave, sine(3_000, 0.3)]);
    const format = { sampleRate: RATE, channels: 2 } as const;
    const whole = joinParts([measure(samples, format)], 1000);
    const LEAD_IN = 11_520;
    for (const cuts of [[7.123], [3.01, 9.5, 16.789]]) {
      const frames = [0, ...cuts, 20].map((seconds) => Math.round(seconds * RATE));
      const parts = frames.slice(1).map((end, index) => {
        const leadIn = index === 0 ? 0 : LEAD_IN;
        const from = (frames[index] ?? 0) - leadIn;
        return measure(samples.subarray(2 * from, 2 * end), format, { leadIn });
      });
      const joined = joinParts(parts, 1000);
      near(joined.integrated, whole.integrated ?? 0, 0.05, 'LUFS');
      near(joined.truePeak, whole.truePeak ?? 0, 0.01, 'dBTP');
      const wrong = joined.peaks.filter((peak, part) => Math.abs(peak - (whole.peaks[part] ?? 0)) > 0.01);
      assert.ok(wrong.length <= 7, `${wrong.length} parts of the waveform differ`);
    }
  });
});
