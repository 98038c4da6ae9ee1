import { type Channel, HISTORY, REACH } from './channel.ts';

/** BS.1770-4, annex 2, asks for four times the sample rate at least. */
const PHASES = 8;
/** Shape of the window, as in ffmpeg's resampler. */
const KAISER = 9;
/** A peak that is less than this factor (0.04 dB) above the highest one so far is not worth a closer look. */
const TOLERANCE = 1.005;
/** How much higher than a sample the sound beside it can be, at most, and on top of what its curve tells. */
const MAX_RISE = 2;
const MARGIN = 1.05;
const SAFETY = 2;

/** The kernels of a windowed sinc, one for each phase between a sample and the next. Together they are one array. */
const KERNELS = Float64Array.from({ length: PHASES * HISTORY }, (_, index) => {
  const phase = Math.floor(index / HISTORY) / PHASES;
  const distance = (index % HISTORY) - (REACH - 1) - phase;
  const inWindow = 1 - (distance / REACH) ** 2;
  const window = inWindow <= 0 ? 0 : besselI0(KAISER * Math.sqrt(inWindow)) / besselI0(KAISER);
  return window * (distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance));
});

/** The modified Bessel function of the first kind and order zero, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * Finds the true peak: the highest level of the sound, also between two samples. Interpolating all of it would take longer than
 * decoding it. So a place is looked at more closely, in two steps, only where it could hold more than the highest peak so far.
 */
export function createTruePeak() {
  let peak = 0;

  /** Whether the sound around a sample may exceed the peak, to judge by the samples before and after it. */
  function mayExceed(line: Float32Array, at: number): boolean {
    const sample = line[at] as number;
    const neighbours = (line[at - 1] as number) + (line[at + 1] as number);
    return isBeyond(Math.abs(sample) * MARGIN, neighbours / sample, SAFETY);
  }

  /**
   * A sine whose samples are `1, level, 1` … curves by `2 − neighbours`, and its peak is at most `level / √(1 − curve / 4)`.
   */
  function isBeyond(level: number, neighbours: number, safety: number): boolean {
    const inverse = Math.max(1 / MAX_RISE ** 2, 1 - (safety * (2 - neighbours)) / 4);
    return level * level > peak * peak * TOLERANCE * TOLERANCE * inverse;
  }

  /** Judges again with the values halfway to the samples before and after, so at twice the rate. */
  function mayRise(line: Float32Array, at: number): boolean {
    const half = PHASES / 2;
    const before = interpolate(line, at - 1, half);
    const after = interpolate(line, at, half);
    const points = [line[at - 1] as number, before, line[at] as number, after, line[at + 1] as number];
    for (let index = 1; index < 4; index++) {
      const point = points[index] as number;
      const neighbours = (points[index - 1] as number) + (points[index + 1] as number);
      if (isBeyond(Math.abs(point), neighbours / point, 1)) return true;
    }
    return false;
  }

  function lookClosely(line: Float32Array, at: number): void {
    for (let phase = 1; phase < PHASES; phase++) {
      peak = Math.max(
        peak,
        Math.abs(interpolate(line, at - 1, phase)),
        Math.abs(interpolate(line, at, phase)),
      );
    }
  }

  return {
    /** The level of the samples that `look` needs. */
    threshold: (): number => peak / MAX_RISE,
    /** Looks at the loud samples of a channel. `loudest` is the highest absolute sample that was taken. */
    look(channel: Channel, loudest: number): void {
      peak = Math.max(peak, loudest);
      channel.lookAtLoud((line, at) => {
        if (mayExceed(line, at) && mayRise(line, at)) lookClosely(line, at);
      });
    },
    /** The highest level, where full scale is 1. */
    highest: (): number => peak,
  };
}

/** Returns the value that is `phase` eighths behind the sample `at`. */
function interpolate(line: Float32Array, at: number, phase: number): number {
  const kernel = phase * HISTORY;
  const first = at - (REACH - 1);
  let sum = 0;
  for (let index = 0; index < HISTORY; index++)
    sum += (line[first + index] as number) * (KERNELS[kernel + index] as number);
  return sum;
}
