/** How the level of a sound is changed. */
export interface Gain {
  /** dB. */
  gain: number;
  /** Peaks are limited to this level, in dBTP. Undefined where none comes near it. */
  ceiling: number | undefined;
}

/** Between two samples, the sound can be higher than either of them. At four times the rate, hardly (BS.1770, annex 2). */
const OVERSAMPLING = 4;
/** Milliseconds in which the limiter lowers the level before a peak and raises it again after it. */
const ATTACK = 5;
const RELEASE = 20;

/**
 * Returns the filters that change the level. They keep the number of samples.
 * @param rate sample rate of the sound in Hz
 */
export function gainFilters({ gain, ceiling }: Gain, rate: number): string[] {
  const volume = `volume=${gain.toFixed(2)}dB:precision=double`;
  if (ceiling === undefined) return [volume];
  const limit = (10 ** (ceiling / 20)).toFixed(6);
  return [
    volume,
    `aresample=${rate * OVERSAMPLING}`,
    // `latency` takes out the delay of the look-ahead, and without `level=false` the limiter would raise the level again.
    `alimiter=limit=${limit}:attack=${ATTACK}:release=${RELEASE}:level=false:latency=true`,
    `aresample=${rate}`,
  ];
}
