/**
 * The filters of ITU-R BS.1770-4, annex 1: a shelf for the head, and a high pass. The standard has coefficients for 48 kHz
 * alone. For other rates they are computed again from the analogue prototypes, as libebur128 and ffmpeg do.
 */
const SHELF = { hertz: 1681.974450955533, decibels: 3.999843853973347, q: 0.7071752369554196 };
const SHELF_EXPONENT = 0.4996667741545416;
const HIGH_PASS = { hertz: 38.13547087602444, q: 0.5003270373238773 };

/** A biquad. The first coefficient of its numerator is 1, and `gain` is what that leaves out. */
interface Biquad {
  gain: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

export interface KWeighting {
  /** Its numerator is that of a second difference, which can be computed with integers. */
  highPass: Pick<Biquad, 'a1' | 'a2'>;
  shelf: Biquad;
}

/** @param rate Hz */
export const kWeighting = (rate: number): KWeighting => ({ highPass: highPass(rate), shelf: shelf(rate) });

function highPass(rate: number): KWeighting['highPass'] {
  const { hertz, q } = HIGH_PASS;
  const k = Math.tan((Math.PI * hertz) / rate);
  const a0 = 1 + k / q + k * k;
  return { a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

function shelf(rate: number): Biquad {
  const { hertz, decibels, q } = SHELF;
  const k = Math.tan((Math.PI * hertz) / rate);
  const high = 10 ** (decibels / 20);
  const band = high ** SHELF_EXPONENT;
  const a0 = 1 + k / q + k * k;
  const b0 = high + (band * k) / q + k * k;
  return {
    gain: b0 / a0,
    b1: (2 * (k * k - high)) / b0,
    b2: (high - (band * k) / q + k * k) / b0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}
