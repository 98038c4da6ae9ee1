/** Samples on each side of a place from which the sound between two samples is interpolated. */
const REACH = 16;
/** The samples of each channel that have to stand in front of a block: the last ones of the block before. */
export const HISTORY = 2 * REACH;
/** The samples are interleaved stereo. */
const STRIDE = 2;

/** BS.1770-4, annex 2, asks for four times the sample rate at least. */
const PHASES = 8;
/** Shape of the window, as in ffmpeg's resampler. */
const KAISER = 9;
/** A peak that is less than this factor (0.04 dB) above the highest one so far is not worth a closer look. */
const TOLERANCE = 1.005;
/** How much higher than a sample the sound beside it can be, at most, and on top of what its curve tells. */
const MAX_RISE = 2;
const FIRST_LOOK = { margin: 1.05, safety: 2 };
const SECOND_LOOK = { margin: 1, safety: 1 };

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
 *
 * @param blockLength samples of all channels, with the history
 */
export function createTruePeak(blockLength: number) {
  let peak = 0;
  /** The places in the block where a channel is above the threshold. */
  const loud = new Int32Array(blockLength);
  let loudCount = 0;

  /**
   * Whether the sound at a place may exceed the peak. A sine whose samples are `1, level, 1` … curves by `2 − neighbours / level`,
   * and its peak is at most `level / √(1 − curve / 4)`.
   */
  function mayExceed(sample: number, neighbours: number, { margin, safety }: typeof FIRST_LOOK): boolean {
    const curve = 2 - neighbours / sample;
    const fall = Math.max(1 / MAX_RISE ** 2, 1 - (safety * curve) / 4);
    return (sample * margin) ** 2 > (peak * TOLERANCE) ** 2 * fall;
  }

  /** Judges by the samples before and after it, and then by values at twice the rate. */
  function lookAt(samples: Int16Array, at: number): void {
    const before = samples[at - STRIDE] as number;
    const sample = samples[at] as number;
    const after = samples[at + STRIDE] as number;
    if (!mayExceed(sample, before + after, FIRST_LOOK)) return;
    const left = interpolate(samples, at - STRIDE, PHASES / 2);
    const right = interpolate(samples, at, PHASES / 2);
    if (
      mayExceed(left, before + sample, SECOND_LOOK) ||
      mayExceed(sample, left + right, SECOND_LOOK) ||
      mayExceed(right, sample + after, SECOND_LOOK)
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

  return {
    /** Takes some samples of a block. Returns the highest level, and notes the places that are to be looked at. */
    take(samples: Int16Array, from: number, to: number): number {
      const threshold = peak / MAX_RISE;
      let highest = 0;
      let count = loudCount;
      for (let index = from; index < to; index += STRIDE) {
        const left = Math.abs(samples[index] as number);
        const right = Math.abs(samples[index + 1] as number);
        const level = left > right ? left : right;
        if (level > highest) highest = level;
        if (level > threshold) loud[count++] = index;
      }
      loudCount = count;
      peak = Math.max(peak, highest);
      return highest;
    },
    /** Looks at the places that were noted, as far as the samples behind them are there. `end` is that of the block. */
    look(samples: Int16Array, end: number): void {
      const last = end - REACH * STRIDE;
      // The next block begins with the history.
      const moved = end - HISTORY * STRIDE;
      let kept = 0;
      for (const at of loud.subarray(0, loudCount)) {
        if (at >= last) loud[kept++] = at - moved;
        else for (let channel = 0; channel < STRIDE; channel++) lookAt(samples, at + channel);
      }
      loudCount = kept;
    },
    /** The highest level, in the unit of the samples. */
    highest: (): number => peak,
  };
}

/** Returns the value that is `phase` eighths behind the sample `at`. */
function interpolate(samples: Int16Array, at: number, phase: number): number {
  const kernel = phase * HISTORY;
  let from = at - (REACH - 1) * STRIDE;
  let sum = 0;
  for (let index = 0; index < HISTORY; index++) {
    sum += (samples[from] as number) * (KERNELS[kernel + index] as number);
    from += STRIDE;
  }
  return sum;
}
