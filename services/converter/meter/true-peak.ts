import { type ChannelLevels, STRIDE } from './channel-meter.ts';
import { HISTORY, interpolate, PHASES, REACH } from './interpolate.ts';
import { FIRST_LOOK, mayExceed, SECOND_LOOK, thresholdFor } from './peak-bound.ts';

/**
 * Finds the true peak: the highest level of the sound, also between two samples. Interpolating all of it would take longer than
 * decoding it. So a place is looked at more closely, in two steps, only where it could hold more than the highest peak so far.
 *
 * @param blockLength samples of all channels, with the history
 */
export function createTruePeak(blockLength: number) {
  let peak = 0;
  /** The places in the block where a channel is above the threshold. */
  const loud = new Int32Array(blockLength);
  let loudCount = 0;

  /** Judges by the samples before and after it, and then by values at twice the rate. */
  function lookAt(samples: Int16Array, at: number): void {
    const before = samples[at - STRIDE] as number;
    const sample = samples[at] as number;
    const after = samples[at + STRIDE] as number;
    if (!mayExceed(peak, sample, before + after, FIRST_LOOK)) return;
    const left = interpolate(samples, at - STRIDE, PHASES / 2);
    const right = interpolate(samples, at, PHASES / 2);
    if (
      mayExceed(peak, left, before + sample, SECOND_LOOK) ||
      mayExceed(peak, sample, left + right, SECOND_LOOK) ||
      mayExceed(peak, right, sample + after, SECOND_LOOK)
    )
      lookClosely(samples, at);
  }

  function lookClosely(samples: Int16Array, at: number): void {
    for (let phase = 1; phase < PHASES; phase++) {
      const left = Math.abs(interpolate(samples, at - STRIDE, phase));
      const right = Math.abs(interpolate(samples, at, phase));
      peak = Math.max(peak, left, right);
    }
  }

  const levelAt = (samples: Int16Array, at: number): number =>
    Math.max(Math.abs(samples[at] as number), Math.abs(samples[at + 1] as number));

  return {
    /**
     * Takes some samples of a block, and notes the places that are to be looked at. The sample in front of `from` is one of them,
     * and the last one is not: how sharply the sound turns there is known only by the sample behind it.
     *
     * @param levels the highest level and turn of any channel
     */
    take(
      samples: Int16Array,
      from: number,
      to: number,
      levels: Pick<ChannelLevels, 'highest' | 'turn'>,
    ): void {
      peak = Math.max(peak, levels.highest);
      const first = from - STRIDE;
      const threshold = thresholdFor(peak, levels.turn);
      if (levels.highest <= threshold && levelAt(samples, first) <= threshold) return;
      let count = loudCount;
      for (let index = first; index < to - STRIDE; index += STRIDE)
        if (levelAt(samples, index) > threshold) loud[count++] = index;
      loudCount = count;
    },
    /** Looks at the places that were noted, as far as the samples behind them are there. `end` is that of the block. */
    look(samples: Int16Array, end: number): void {
      const last = end - REACH * STRIDE;
      // The next block begins with the history.
      const moved = end - HISTORY * STRIDE;
      let kept = 0;
      for (let number = 0; number < loudCount; number++) {
        const at = loud[number] as number;
        if (at >= last) loud[kept++] = at - moved;
        else for (let channel = 0; channel < STRIDE; channel++) lookAt(samples, at + channel);
      }
      loudCount = kept;
    },
    /** The highest level, in the unit of the samples. */
    highest: (): number => peak,
  };
}
