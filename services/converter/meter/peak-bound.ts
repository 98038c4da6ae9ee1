/** A peak that is less than this factor (0.04 dB) above the highest one so far is not worth a closer look. */
const TOLERANCE = 1.005;
/** How much higher than a sample the sound beside it can be, at most, and on top of what its curve tells. */
const MAX_RISE = 2;
const LEAST_FALL = 1 / MAX_RISE ** 2;

/** How far an estimate of the sound beside a sample can be trusted. */
export interface Look {
  margin: number;
  safety: number;
}
/** From samples. */
export const FIRST_LOOK: Look = { margin: 1.05, safety: 2 };
/** From values at twice the rate. */
export const SECOND_LOOK: Look = { margin: 1, safety: 1 };

/**
 * Whether the sound beside a sample may exceed the highest peak so far. A sine whose samples are `1, level, 1` … turns by
 * `2 × level − neighbours`, and its peak is at most `level / √(1 − turn / level / 4)`.
 *
 * @param neighbours the sum of the samples before and after it
 */
export function mayExceed(
  peak: number,
  sample: number,
  neighbours: number,
  { margin, safety }: Look,
): boolean {
  const curve = 2 - neighbours / sample;
  const fall = Math.max(LEAST_FALL, 1 - (safety * curve) / 4);
  return (sample * margin) ** 2 > (peak * TOLERANCE) ** 2 * fall;
}

/** Returns a level. Where the sound turns by `turn` at most, {@link mayExceed} is false on the first look for any sample below it. */
export function thresholdFor(peak: number, turn: number): number {
  const { margin, safety } = FIRST_LOOK;
  const highest = (peak * TOLERANCE) / margin;
  // Each round begins with a level that is too low, and so ends with one. More than two rounds add little.
  let threshold = highest / MAX_RISE;
  for (let round = 0; round < 2; round++)
    threshold = highest * Math.sqrt(Math.max(LEAST_FALL, 1 - (safety * turn) / threshold / 4));
  return threshold;
}
