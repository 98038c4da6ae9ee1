import type { JobWarning } from '../../shared/jobs/warnings.ts';
import type { Gain } from '../ffmpeg/gain.ts';
import type { Loudness } from './measure.ts';

/** The highest true peak of a normalized MP3, in dBTP (EBU R128). */
export const MAX_TRUE_PEAK = -1;
/** An MP3 has higher peaks than the sound that was encoded, usually by less than this many dB. */
const ENCODER_MARGIN = 0.4;
/** A difference to the target that nobody hears, in LU. The measurement itself is rounded to 0.1. */
const CLOSE_ENOUGH = 0.2;
/** A difference to the target that its owner is told about, in LU: the tolerance of EBU R128. */
const TOLERANCE = 0.5;
/** The most that a sound is raised, in dB. What is quieter is noise. */
const MAX_GAIN = 40;
/** How often the limited sound is measured, and how often it is encoded, before the best result counts. */
const MAX_TRIALS = 4;

export interface Normalization {
  /** The loudness that was asked for, in LUFS. */
  target: number;
  /** Measures the sound after the gain, without encoding it. Without a gain, measures it as it is. */
  measureSource(gain?: Gain): Promise<Loudness>;
  /** Makes the MP3 with the gain, and measures it. */
  encode(gain: Gain | undefined): Promise<Loudness>;
}

/**
 * Makes an MP3 of the loudness that was asked for, in two passes: the first one measures, and the second one encodes. The level
 * is changed by a constant gain. Only where a peak would exceed {@link MAX_TRUE_PEAK}, peaks are limited, and the gain makes up
 * for what that takes away. The MP3 is measured too, and encoded again where its peaks are too high.
 */
export async function normalize({ target, measureSource, encode }: Normalization): Promise<JobWarning[]> {
  const source = await measureSource();
  if (source.integrated === undefined || source.truePeak === undefined) {
    await encode(undefined);
    return [tooQuiet()];
  }
  let gain = await planGain({ target, measureSource }, source.integrated, source.truePeak);
  for (let trial = 1; ; trial++) {
    const made = await encode(gain);
    const next = correct(gain, made, target);
    if (next === undefined || trial === MAX_TRIALS) return warningsOf(made, target, gain);
    gain = next;
  }
}

/** Finds the gain for a sound without encoding it. */
async function planGain(
  { target, measureSource }: Pick<Normalization, 'target' | 'measureSource'>,
  integrated: number,
  truePeak: number,
): Promise<Gain> {
  let gain = Math.min(MAX_GAIN, target - integrated);
  const ceiling = MAX_TRUE_PEAK - ENCODER_MARGIN;
  if (truePeak + gain <= ceiling) return { gain, ceiling: undefined };
  for (let trial = 1; trial <= MAX_TRIALS; trial++) {
    const { integrated: limited } = await measureSource({ gain, ceiling });
    const difference = limited === undefined ? 0 : target - limited;
    if (Math.abs(difference) <= CLOSE_ENOUGH) break;
    gain = Math.min(MAX_GAIN, gain + difference);
  }
  return { gain, ceiling };
}

/** Returns a better gain after the MP3 was measured, or undefined where the MP3 is as it should be. */
function correct({ gain, ceiling }: Gain, made: Loudness, target: number): Gain | undefined {
  const excess = (made.truePeak ?? Number.NEGATIVE_INFINITY) - MAX_TRUE_PEAK;
  const difference = made.integrated === undefined ? 0 : target - made.integrated;
  if (excess > 0) {
    return { gain, ceiling: (ceiling ?? MAX_TRUE_PEAK) - excess - 0.1 };
  }
  const next = Math.min(MAX_GAIN, gain + difference);
  if (Math.abs(difference) <= TOLERANCE || next === gain) return undefined;
  return { gain: next, ceiling: ceiling ?? MAX_TRUE_PEAK - ENCODER_MARGIN };
}

function warningsOf({ integrated, truePeak = 0 }: Loudness, target: number, { ceiling }: Gain): JobWarning[] {
  if (truePeak > MAX_TRUE_PEAK) {
    const detail = `The highest peak is ${truePeak} dBTP and not ${MAX_TRUE_PEAK} dBTP, because the encoder raises the peaks of this sound.`;
    return [{ code: 'limited', detail }];
  }
  if (integrated === undefined || Math.abs(target - integrated) <= TOLERANCE) return [];
  const reason =
    ceiling === undefined
      ? `sound is raised by ${MAX_GAIN} dB at most`
      : 'the peaks of the sound leave no room for more';
  const detail = `The loudness is ${integrated} LUFS and not ${target} LUFS, because ${reason}.`;
  return [{ code: 'limited', detail }];
}

const tooQuiet = (): JobWarning => ({
  code: 'limited',
  detail: 'The sound is silent or too short to measure its loudness, so its level was left as it is.',
});
