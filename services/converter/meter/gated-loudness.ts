/** Loudness of a mean square of 1, in LUFS. */
const OFFSET = -0.691;
/** Blocks below this many LUFS do not count. */
const ABSOLUTE_GATE = -70;
/** Nor do those that are this many LU below the mean of the others. */
const RELATIVE_GATE = -10;
/** A block has 400 ms, and the next one begins 100 ms later. */
const STEPS_PER_BLOCK = 4;

const loudnessOf = (meanSquare: number): number => OFFSET + 10 * Math.log10(meanSquare);

/**
 * Returns integrated loudness in LUFS, with the two gates of ITU-R BS.1770-4, annex 1. Undefined for silence, and for less than
 * 400 ms.
 *
 * @param steps for each 100 ms, the mean square after the K-weighting, summed over the channels
 */
export function gatedLoudness(steps: readonly number[]): number | undefined {
  const audible = meanAbove(steps, ABSOLUTE_GATE);
  return audible === undefined
    ? undefined
    : loudnessOf(meanAbove(steps, Math.max(ABSOLUTE_GATE, loudnessOf(audible) + RELATIVE_GATE)) ?? audible);
}

/** Returns the mean of the blocks of at least this loudness. Keeps no list of them: an hour has 36,000. */
function meanAbove(steps: readonly number[], gate: number): number | undefined {
  const least = 10 ** ((gate - OFFSET) / 10);
  let sum = 0;
  let count = 0;
  for (let end = STEPS_PER_BLOCK; end <= steps.length; end++) {
    let block = 0;
    for (let step = end - STEPS_PER_BLOCK; step < end; step++) block += (steps[step] ?? 0) / STEPS_PER_BLOCK;
    if (block < least) continue;
    sum += block;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}
