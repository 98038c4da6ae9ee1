import { randomNumbers } from '../support/random.ts';

/*
 * The sound of the corpus is a formula, so that its value is known at any time and at any sample rate without a resampler.
 * Each channel is a sum of sinusoids with random frequencies. Such a sum never repeats, so that a place in it can be found
 * by correlation, to less than a sample, and channels can be told from each other. All frequencies are below 3400 Hz, which
 * every codec keeps.
 */

const PARTIALS = 32;
const LOWEST_HZ = 250;
const HIGHEST_HZ = 3400;
/** The low-frequency channel keeps nothing above 120 Hz in AC-3. */
const LFE_LOWEST_HZ = 30;
const LFE_HIGHEST_HZ = 100;
/** Amplitude of a partial: the sum has −22 dBFS, and can never exceed −3 dBFS. */
const AMPLITUDE = 0.02;

/** Names of channels in the order in which ffmpeg keeps them. */
export const LAYOUTS = {
  mono: ['FC'],
  stereo: ['FL', 'FR'],
  '3.0': ['FL', 'FR', 'FC'],
  '4.0': ['FL', 'FR', 'FC', 'BC'],
  quad: ['FL', 'FR', 'BL', 'BR'],
  '5.0(side)': ['FL', 'FR', 'FC', 'SL', 'SR'],
  '5.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
  '5.1(side)': ['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'],
  '6.1': ['FL', 'FR', 'FC', 'LFE', 'BC', 'SL', 'SR'],
  '7.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'],
} as const;
export type Layout = keyof typeof LAYOUTS;
export type Channel = (typeof LAYOUTS)[Layout][number];

/** Which sound: files with several tracks have another one in each, so that a wrong choice is noticed. */
export type Voice = 'main' | 'other' | 'third';
const SEEDS: Record<Voice, number> = { main: 1000, other: 2000, third: 3000 };

interface Partial {
  hz: number;
  phase: number;
}

const known = new Map<string, Partial[]>();

function partialsOf(voice: Voice, channel: Channel): Partial[] {
  const key = `${voice} ${channel}`;
  const found = known.get(key);
  if (found) return found;
  // The letters of the name, as a number: «SL» and «LS» differ.
  const random = randomNumbers(SEEDS[voice] + Number.parseInt(channel, 36));
  const fraction = () => random(1_000_000) / 1_000_000;
  const [low, high] = channel === 'LFE' ? [LFE_LOWEST_HZ, LFE_HIGHEST_HZ] : [LOWEST_HZ, HIGHEST_HZ];
  const partials = Array.from({ length: PARTIALS }, () => ({
    hz: low + fraction() * (high - low),
    phase: fraction() * 2 * Math.PI,
  }));
  known.set(key, partials);
  return partials;
}

export interface Grid {
  /** Samples per second. */
  rate: number;
  /** Time of the first sample in the sound, in seconds. */
  from: number;
  /** How much the formula is multiplied by. */
  gain: number;
}

/** Adds the sound of one channel to `target`, one value a sample. */
export function addSound(
  target: Float32Array,
  { voice, channel, rate, from, gain }: Grid & { voice: Voice; channel: Channel },
): void {
  for (const { hz, phase } of partialsOf(voice, channel)) {
    // A rotating vector is several times faster than `Math.sin` for every sample.
    const step = (2 * Math.PI * hz) / rate;
    const [stepRe, stepIm] = [Math.cos(step), Math.sin(step)];
    const start = 2 * Math.PI * hz * from + phase;
    let [re, im] = [Math.cos(start) * gain * AMPLITUDE, Math.sin(start) * gain * AMPLITUDE];
    for (let n = 0; n < target.length; n++) {
      target[n] = (target[n] ?? 0) + im;
      [re, im] = [re * stepRe - im * stepIm, re * stepIm + im * stepRe];
    }
  }
}

/** The channel whose sound all have in a file where they are the same. */
const COMMON: Channel = 'FC';

/** Returns the channel whose formula a channel follows. */
export const formulaOf = (channel: Channel, isSame = false): Channel =>
  isSame && channel !== 'LFE' ? COMMON : channel;

export interface SoundRequest {
  voice: Voice;
  layout: Layout;
  rate: number;
  samples: number;
  from: number;
  gain: number;
  isSame: boolean;
}

/** The samples of all channels, interleaved, as ffmpeg's `f32le` reads them. */
export function interleaved({
  voice,
  layout,
  rate,
  samples,
  from,
  gain,
  isSame,
}: SoundRequest): Float32Array {
  const names = LAYOUTS[layout];
  const all = new Float32Array(samples * names.length);
  for (const [index, name] of names.entries()) {
    const one = new Float32Array(samples);
    addSound(one, { voice, channel: formulaOf(name, isSame), rate, from, gain });
    for (let n = 0; n < samples; n++) all[n * names.length + index] = one[n] ?? 0;
  }
  return all;
}

/** Weights of the loudspeakers in the stereo downmix of ITU-R BS.775: left, right. The LFE is left out. */
const SURROUND = Math.SQRT1_2;
const DOWNMIX: Record<Channel, [left: number, right: number]> = {
  FL: [1, 0],
  FR: [0, 1],
  FC: [Math.SQRT1_2, Math.SQRT1_2],
  LFE: [0, 0],
  BL: [SURROUND, 0],
  BR: [0, SURROUND],
  SL: [SURROUND, 0],
  SR: [0, SURROUND],
  // A single back channel goes to both sides with the same power.
  BC: [SURROUND * Math.SQRT1_2, SURROUND * Math.SQRT1_2],
};

/** Weights of the channels of a layout in each channel of the MP3. Normalised, so that full scale never clips. */
export function mixOf(layout: Layout, channels: 1 | 2): number[][] {
  const names: readonly Channel[] = LAYOUTS[layout];
  if (names.length === 1) return Array.from({ length: channels }, () => [1]);
  const sides = [0, 1].map((side) => names.map((name) => DOWNMIX[name][side] ?? 0));
  const most = Math.max(...sides.map((weights) => weights.reduce((total, weight) => total + weight, 0)));
  const stereo = sides.map((weights) => weights.map((weight) => weight / most));
  if (channels === 2) return stereo;
  return [names.map((_, index) => ((stereo[0]?.[index] ?? 0) + (stereo[1]?.[index] ?? 0)) / 2)];
}
