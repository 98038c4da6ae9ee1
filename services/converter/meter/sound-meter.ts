import { createChannelMeter, STRIDE } from './channel-meter.ts';
import { gatedLoudness } from './gated-loudness.ts';
import { HISTORY, REACH } from './interpolate.ts';
import { createBlockSink, type OwnSamples } from './own-samples.ts';
import { createTruePeak } from './true-peak.ts';
import { createWaveform, type Maxima, waveformOf } from './waveform.ts';

/** What was measured of a sound. */
export interface MeasuredSound {
  /** LUFS (EBU R128). Undefined for silence, and for less than 0.4 seconds. */
  integrated: number | undefined;
  /** dBTP (ITU-R BS.1770). Undefined for digital silence. */
  truePeak: number | undefined;
  /** The highest absolute sample, over all channels, of each of equal parts. 1 is full scale, and more is possible. */
  peaks: number[];
}

/** What was measured of a part of a sound. */
export interface MeasuredPart {
  /** For each 100 ms, the mean square after the K-weighting, summed over the channels. */
  steps: number[];
  /** The highest level, also between two samples. */
  highest: number;
  maxima: Maxima;
}

export interface SoundFormat {
  /** Hz. */
  sampleRate: number;
  channels: 1 | 2;
}

const STEPS_PER_SECOND = 10;
/**
 * Full scale of the samples that a meter takes. They are halved, because an MP3 can decode to more than its full scale. Half the
 * bytes of floating-point numbers go through the pipe.
 */
const FULL_SCALE = 2 ** 14;
/** The filter of ffmpeg that makes such samples, but for their format. */
export const samplesFilter = ({ channels }: SoundFormat): string =>
  channels === 1 ? 'pan=stereo|c0=0.5*c0|c1=0.5*c0' : 'volume=0.5:precision=float';
/** Arguments of ffmpeg for an output of such samples. The pipe gets larger pieces without the flush. */
export const samplesOutput = ({ sampleRate }: SoundFormat): string[] => [
  ...['-ar', String(sampleRate), '-ac', '2', '-f', 's16le', '-flush_packets', '0'],
];

/** Samples of each channel in a step. The parts of a sound are cut between two steps. */
export const stepSamples = (sampleRate: number): number => Math.round(sampleRate / STEPS_PER_SECOND);

export interface SoundMeter {
  /** Takes samples of {@link samplesFilter} in the form of {@link samplesOutput}, in pieces that may be overwritten afterwards. */
  take(bytes: Uint8Array): void;
  /** What was measured. To be called once, after the last samples. */
  part(): MeasuredPart;
}

/**
 * Measures a sound, or a part of it, in a quarter of the time of ffmpeg's filter `ebur128` with true peaks. Needs a few hundred KB,
 * and as much again for each hour of sound.
 */
export function createSoundMeter(
  { sampleRate, channels }: SoundFormat,
  own: OwnSamples = { leadIn: 0 },
): SoundMeter {
  const step = stepSamples(sampleRate);
  const begin = HISTORY * STRIDE;
  const samples = new Int16Array(begin + step * STRIDE);
  const block = new Uint8Array(samples.buffer, begin * samples.BYTES_PER_ELEMENT);
  const left = createChannelMeter(sampleRate);
  const right = createChannelMeter(sampleRate);
  const truePeak = createTruePeak(samples.length);
  const waveform = createWaveform();
  const steps: number[] = [];
  /** Mono comes as two channels, and counts as one. */
  const scale = channels / 2 / step / FULL_SCALE ** 2;
  /** The filters and the history need the last block of the lead-in. */
  let isLeadIn = own.leadIn > 0;

  /** Returns the sum of the squares after the K-weighting. */
  function weigh(from: number, to: number): number {
    left.take(samples, from, to);
    right.take(samples, from + 1, to);
    return left.levels.squares + right.levels.squares;
  }

  /** The highest levels of both channels, of the samples that were weighed last. */
  const highestLevels = () => ({
    highest: Math.max(left.levels.highest, right.levels.highest),
    turn: Math.max(left.levels.turn, right.levels.turn),
  });

  /** Measures the samples of the block, of which there are so many. Returns the sum of the squares after the K-weighting. */
  function measure(frames: number): number {
    const end = begin + frames * STRIDE;
    let sum = 0;
    for (let from = begin; from < end; ) {
      const to = Math.min(end, from + waveform.room() * STRIDE);
      sum += weigh(from, to);
      const levels = highestLevels();
      waveform.add(levels.highest, (to - from) / STRIDE);
      truePeak.take(samples, from, to, levels);
      from = to;
    }
    truePeak.look(samples, end);
    return sum;
  }

  /** The sound between the last samples of the part before is measured here, where those behind them are known. */
  function measureLeadIn(): void {
    weigh(begin, samples.length);
    truePeak.take(samples, samples.length - REACH * STRIDE, samples.length, highestLevels());
    truePeak.look(samples, samples.length);
  }

  const sink = createBlockSink(block, own, {
    full() {
      if (isLeadIn) measureLeadIn();
      else steps.push(measure(step) * scale);
      isLeadIn = false;
      samples.copyWithin(0, samples.length - begin);
    },
    end(frames) {
      if (!isLeadIn) measure(frames);
    },
  });
  return {
    take: sink.take,
    part() {
      sink.end();
      return { steps, highest: truePeak.highest(), maxima: waveform.maxima() };
    },
  };
}

/**
 * Puts the parts of a sound together.
 * @param most the most peaks
 */
export function joinParts(parts: readonly MeasuredPart[], most: number): MeasuredSound {
  const highest = Math.max(...parts.map((part) => part.highest)) / FULL_SCALE;
  return {
    integrated: gatedLoudness(parts.flatMap(({ steps }) => steps)),
    truePeak: highest > 0 ? 20 * Math.log10(highest) : undefined,
    peaks: waveformOf(
      parts.map(({ maxima }) => maxima),
      most,
    ).map((level) => level / FULL_SCALE),
  };
}
