import { STRIDE } from './channel-meter.ts';

/** Samples on each side of a place from which the sound between two samples is interpolated. */
export const REACH = 16;
/** The samples of each channel that have to stand in front of a block: the last ones of the block before. */
export const HISTORY = 2 * REACH;
/** BS.1770-4, annex 2, asks for four times the sample rate at least. */
export const PHASES = 8;
/** Shape of the window, as in ffmpeg's resampler. */
const KAISER = 9;

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

/** Returns the value that is `phase` eighths behind the sample `at`. */
export function interpolate(samples: Int16Array, at: number, phase: number): number {
  const kernel = phase * HISTORY;
  let from = at - (REACH - 1) * STRIDE;
  let sum = 0;
  for (let index = 0; index < HISTORY; index++) {
    sum += (samples[from] as number) * (KERNELS[kernel + index] as number);
    from += STRIDE;
  }
  return sum;
}
