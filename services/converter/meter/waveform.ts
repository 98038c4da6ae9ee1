/** The maxima that are kept. They are more than the parts of the waveform, so that these are equal to a few per cent. */
const CAPACITY = 32_768;

/** Finds the highest absolute samples of equal parts of a sound whose length is not known before its end. */
export function createWaveform() {
  /** Each is the maximum of `unit` samples. When they are full, two become one. */
  const maxima = new Float32Array(CAPACITY);
  let unit = 1;
  let count = 0;
  /** Samples in the last, unfinished maximum. */
  let filled = 0;

  function halve(): void {
    for (let index = 0; index < CAPACITY / 2; index++)
      maxima[index] = Math.max(maxima[2 * index] ?? 0, maxima[2 * index + 1] ?? 0);
    maxima.fill(0, CAPACITY / 2);
    count = CAPACITY / 2;
    unit *= 2;
  }

  return {
    /** How many samples may be added at a time. */
    room: (): number => unit - filled,
    /** Adds samples, of which the highest absolute one is `peak`. */
    add(peak: number, samples: number): void {
      maxima[count] = Math.max(maxima[count] ?? 0, peak);
      filled += samples;
      if (filled < unit) return;
      filled = 0;
      count += 1;
      if (count === CAPACITY) halve();
    },
    /** Returns at most `parts` maxima, or fewer where there are fewer samples. */
    peaks(parts: number): number[] {
      const all = count + (filled > 0 ? 1 : 0);
      const length = Math.min(parts, all);
      return Array.from({ length }, (_, part) => {
        const first = Math.floor((part * all) / length);
        const end = Math.max(first + 1, Math.floor(((part + 1) * all) / length));
        return Math.max(...maxima.subarray(first, end));
      });
    },
  };
}
