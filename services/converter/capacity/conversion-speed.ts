import type { ConverterPresence } from '../../shared/contract/converter-presence.ts';
import { createMovingAverage } from './moving-average.ts';

const MIB = 1024 ** 2;
/** Seconds of sound that are converted in a second, until more is known: about what one core of 2020 makes of a film with AAC. */
const START_SPEED = 50;
/** `normalize` reads the film twice. */
const START_SPEED_NORMALIZED = 25;
/** These speeds count as much as a conversion that took this many seconds. */
const START_SECONDS = 10;

/** How fast this converter is, as a moving average over its conversions. It is lost when the process ends. */
export interface ConversionSpeed {
  record(conversion: { soundSeconds: number; seconds: number; isNormalized: boolean }): void;
  /** Records a job that was converted: the bytes of its video, and the seconds from its claim to its end. */
  recordJob(job: { size: number; seconds: number }): void;
  /** Returns the seconds that a conversion will take. */
  estimate(conversion: { soundSeconds: number; isNormalized: boolean }): number;
  /** What was measured so far. Null where that is nothing. */
  measured(): MeasuredSpeed;
}

export type MeasuredSpeed = Pick<
  ConverterPresence,
  'seconds_per_mib' | 'sound_speed' | 'sound_speed_normalized'
>;

export function createConversionSpeed(): ConversionSpeed {
  const averages = {
    plain: createMovingAverage({ perSecond: START_SPEED, seconds: START_SECONDS }),
    normalized: createMovingAverage({ perSecond: START_SPEED_NORMALIZED, seconds: START_SECONDS }),
    bytes: createMovingAverage(),
  };
  const averageOf = (isNormalized: boolean) => (isNormalized ? averages.normalized : averages.plain);

  return {
    record({ soundSeconds, seconds, isNormalized }) {
      averageOf(isNormalized).add(soundSeconds, seconds);
    },
    recordJob({ size, seconds }) {
      averages.bytes.add(size, seconds);
    },
    estimate({ soundSeconds, isNormalized }) {
      return soundSeconds / (averageOf(isNormalized).perSecond() ?? START_SPEED);
    },
    measured() {
      const bytesPerSecond = averages.bytes.measured();
      return {
        seconds_per_mib: bytesPerSecond && MIB / bytesPerSecond,
        sound_speed: averages.plain.measured(),
        sound_speed_normalized: averages.normalized.measured(),
      };
    },
  };
}
