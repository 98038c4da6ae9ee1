/** Loudness of a mean square of 1, in LUFS. */
const OFFSET = -0.691;
/** Blocks below this many LUFS do not count. */
const ABSOLUTE_GATE = -70;
/** Nor do those that are this many LU below the mean of the others. */
const RELATIVE_GATE = -10;
/** A block has 400 ms, and the next one begins 100 ms later. */
const STEPS_PER_BLOCK = 4;
/** LU in which blocks are counted together. So the memory does not grow with the length of the sound. */
const BIN = 0.01;
/** The highest loudness that is told apart, in LUFS. */
const MAX = 30;

const loudnessOf = (meanSquare: number): number => OFFSET + 10 * Math.log10(meanSquare);

/** Measures integrated loudness, with the two gates of ITU-R BS.1770-4, annex 1. */
export function createGatedLoudness() {
  const bins = Math.ceil((MAX - ABSOLUTE_GATE) / BIN);
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const steps: number[] = [];

  function mean(from: number): number {
    let count = 0;
    let sum = 0;
    for (let bin = from; bin < bins; bin++) {
      count += counts[bin] ?? 0;
      sum += sums[bin] ?? 0;
    }
    return sum / count;
  }
  const binOf = (loudness: number) =>
    Math.min(bins - 1, Math.max(0, Math.floor((loudness - ABSOLUTE_GATE) / BIN)));

  return {
    /** Adds the next 100 ms: the mean square after the K-weighting, summed over the channels. */
    add(meanSquare: number): void {
      steps.push(meanSquare);
      if (steps.length < STEPS_PER_BLOCK) return;
      const block = steps.reduce((sum, step) => sum + step, 0) / STEPS_PER_BLOCK;
      steps.shift();
      const loudness = loudnessOf(block);
      if (loudness < ABSOLUTE_GATE) return;
      const bin = binOf(loudness);
      counts[bin] = (counts[bin] ?? 0) + 1;
      sums[bin] = (sums[bin] ?? 0) + block;
    },
    /** LUFS. Undefined for silence, and for less than 400 ms. */
    integrated(): number | undefined {
      const ungated = mean(0);
      if (Number.isNaN(ungated)) return undefined;
      return loudnessOf(mean(binOf(loudnessOf(ungated) + RELATIVE_GATE)));
    },
  };
}
