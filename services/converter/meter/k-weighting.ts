/**
 * The filters of ITU-R BS.1770-4, annex 1: a shelf for the head, and a high pass. The standard has coefficients for 48 kHz
 * alone. For other rates they are computed again from the analogue prototypes, as libebur128 and ffmpeg do.
 */
const SHELF = { hertz: 1681.974450955533, decibels: 3.999843853973347, q: 0.7071752369554196 };
const SHELF_EXPONENT = 0.4996667741545416;
const HIGH_PASS = { hertz: 38.13547087602444, q: 0.5003270373238773 };

/** A state below this is silence. Left alone, it would decay into subnormal numbers, with which processors are slow. */
const SILENT = 1e-30;

/** Takes interleaved stereo, from one index to before another. Returns the sum of the squares of what leaves the filters. */
export type KWeighting = (stereo: Int16Array, from: number, to: number) => number;

function shelf(rate: number) {
  const { hertz, decibels, q } = SHELF;
  const k = Math.tan((Math.PI * hertz) / rate);
  const high = 10 ** (decibels / 20);
  const band = high ** SHELF_EXPONENT;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function highPass(rate: number) {
  const { hertz, q } = HIGH_PASS;
  const k = Math.tan((Math.PI * hertz) / rate);
  const a0 = 1 + k / q + k * k;
  return { c1: (2 * (k * k - 1)) / a0, c2: (1 - k / q + k * k) / a0 };
}

/**
 * Both channels go through the filters (transposed direct form II) in one loop. So the processor can work at one while it waits
 * for a result of the other, and the loop takes three quarters of the time of two.
 */
export function createKWeighting(rate: number): KWeighting {
  const { b0, b1, b2, a1, a2 } = shelf(rate);
  const { c1, c2 } = highPass(rate);
  const state = new Float64Array(8);

  return (stereo, from, to) => {
    let [l1 = 0, l2 = 0, l3 = 0, l4 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0] = state;
    let sum = 0;
    for (let index = from; index < to; index += 2) {
      const leftIn = stereo[index] as number;
      const rightIn = stereo[index + 1] as number;
      const leftShelf = b0 * leftIn + l1;
      const rightShelf = b0 * rightIn + r1;
      l1 = b1 * leftIn - a1 * leftShelf + l2;
      r1 = b1 * rightIn - a1 * rightShelf + r2;
      l2 = b2 * leftIn - a2 * leftShelf;
      r2 = b2 * rightIn - a2 * rightShelf;
      const leftOut = leftShelf + l3;
      const rightOut = rightShelf + r3;
      l3 = -2 * leftShelf - c1 * leftOut + l4;
      r3 = -2 * rightShelf - c1 * rightOut + r4;
      l4 = leftShelf - c2 * leftOut;
      r4 = rightShelf - c2 * rightOut;
      sum += leftOut * leftOut + rightOut * rightOut;
    }
    state.set([l1, l2, l3, l4, r1, r2, r3, r4]);
    for (const [at, value] of state.entries()) if (Math.abs(value) < SILENT) state[at] = 0;
    return sum;
  };
}
