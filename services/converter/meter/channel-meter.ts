import { kWeighting } from './k-weighting.ts';

/** The samples of the two channels are interleaved. */
export const STRIDE = 2;
/** A state below this is silence. Left alone, it would decay into subnormal numbers, with which processors are slow. */
const SILENT = 1e-30;

/** What a channel meter has measured of the samples that it took last. */
export interface ChannelLevels {
  /** The sum of the squares after the K-weighting. */
  squares: number;
  /** The highest absolute sample. */
  highest: number;
  /** The highest absolute second difference: how sharply the sound turns at a sample. The sample is one before the others. */
  turn: number;
}

export interface ChannelMeter {
  /** Measures every second sample, from one index to before another. */
  take(samples: Int16Array, from: number, to: number): void;
  readonly levels: ChannelLevels;
}

/**
 * Measures one channel of interleaved stereo, all in one loop. The filters are in direct form I, in which each sample waits for
 * one product of the sample before it. The high pass comes first, because it begins with a difference of integers. The numbers of
 * the loop fit into the registers of a processor. Those of two channels do not, and take twice as long in one loop as in two.
 *
 * @param rate Hz
 */
export function createChannelMeter(rate: number): ChannelMeter {
  const { highPass, shelf } = kWeighting(rate);
  const { a1: c1, a2: c2 } = highPass;
  const { b1, b2, a1, a2 } = shelf;
  const power = shelf.gain ** 2;
  /** The last two samples, and the last two results of each filter. */
  const state = new Float64Array(6);
  const levels: ChannelLevels = { squares: 0, highest: 0, turn: 0 };

  function take(samples: Int16Array, from: number, to: number): void {
    let x1 = (state[0] as number) | 0;
    let x2 = (state[1] as number) | 0;
    let h1 = state[2] as number;
    let h2 = state[3] as number;
    let y1 = state[4] as number;
    let y2 = state[5] as number;
    let squares = 0;
    let highest = 0;
    let turn = 0;
    for (let index = from; index < to; index += STRIDE) {
      const x = samples[index] as number;
      const difference = (x - 2 * x1 + x2) | 0;
      // The last product is the one that takes longest to come.
      const h = difference - c2 * h2 - c1 * h1;
      const y = h + b1 * h1 + b2 * h2 - a2 * y2 - a1 * y1;
      x2 = x1;
      x1 = x;
      h2 = h1;
      h1 = h;
      y2 = y1;
      y1 = y;
      squares += y * y;
      const level = Math.abs(x);
      if (level > highest) highest = level;
      const sharpness = Math.abs(difference);
      if (sharpness > turn) turn = sharpness;
    }
    state[0] = x1;
    state[1] = x2;
    state[2] = audible(h1);
    state[3] = audible(h2);
    state[4] = audible(y1);
    state[5] = audible(y2);
    levels.squares = squares * power;
    levels.highest = highest;
    levels.turn = turn;
  }
  return { take, levels };
}

const audible = (value: number): number => (Math.abs(value) < SILENT ? 0 : value);
