/** The maxima that are kept. They are more than the parts of a waveform, so that these are equal to a few per cent. */
const CAPACITY = 32_768;

/** The highest levels of a sound. Each maximum is that of `unit` samples, but for the last one. */
export interface Maxima {
  levels: Uint16Array;
  unit: number;
  /** Samples of each channel. */
  samples: number;
}

/** Keeps the highest levels of a sound whose length is not known before its end. */
export function createWaveform() {
  /** When they are full, two become one. */
  const levels = new Uint16Array(CAPACITY);
  let unit = 1;
  let count = 0;
  /** Samples in the last, unfinished maximum. */
  let filled = 0;

  function halve(): void {
    for (let index = 0; index < CAPACITY / 2; index++)
      levels[index] = Math.max(levels[2 * index] ?? 0, levels[2 * index + 1] ?? 0);
    levels.fill(0, CAPACITY / 2);
    count = CAPACITY / 2;
    unit *= 2;
  }

  return {
    /** How many samples may be added at a time. */
    room: (): number => unit - filled,
    /** Adds samples whose highest level is `level`. */
    add(level: number, samples: number): void {
      levels[count] = Math.max(levels[count] ?? 0, level);
      filled += samples;
      if (filled < unit) return;
      filled = 0;
      count += 1;
      if (count === CAPACITY) halve();
    },
    maxima: (): Maxima => ({
      levels: levels.subarray(0, filled > 0 ? count + 1 : count),
      unit,
      samples: count * unit + filled,
    }),
  };
}

/**
 * Returns the highest levels of equal parts of a sound, whose maxima are in one list or in several, one after the other. Returns
 * fewer than `most` where there are fewer samples.
 */
export function waveformOf(lists: readonly Maxima[], most: number): number[] {
  const total = lists.reduce((sum, { samples }) => sum + samples, 0);
  const parts = new Array<number>(Math.min(most, total)).fill(0);
  const partOf = (sample: number) => Math.min(parts.length - 1, Math.floor((sample * parts.length) / total));
  let before = 0;
  for (const { levels, unit, samples } of lists) {
    for (const [index, level] of levels.entries()) {
      const part = partOf(before + (index + 0.5) * unit);
      parts[part] = Math.max(parts[part] ?? 0, level);
    }
    before += samples;
  }
  return parts;
}
