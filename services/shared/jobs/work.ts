import type { ConverterPresence } from '../contract/converter-presence.ts';
import type { Job } from './job.ts';

const MIB = 1024 ** 2;

/** What is known of the work that a job is. */
export interface Work {
  /** Bytes of the video. */
  size: number;
  /** Length of the sound that is to be converted, where it is known. */
  soundSeconds: number | null;
  isNormalized: boolean;
}

export const workOf = (job: Pick<Job, 'source' | 'options'>): Work => ({
  size: job.source.size,
  soundSeconds: soundSecondsOf(job),
  isNormalized: job.options.normalize !== undefined,
});

/** Only a job that a converter has looked at before has a length. */
function soundSecondsOf({ source, options }: Pick<Job, 'source' | 'options'>): number | null {
  const { duration_seconds: length } = source;
  if (length === null) return null;
  const end = Math.min(length, options.end ?? length);
  return Math.max(0, end - (options.start ?? 0));
}

/** What one converter has measured of its speed, and how many jobs it converts at a time. */
export type Measured = Pick<
  ConverterPresence,
  'concurrency' | 'seconds_per_mib' | 'sound_speed' | 'sound_speed_normalized'
>;

/**
 * Returns a function that estimates the seconds of a conversion, or null where too little is measured. A job that the converters
 * have looked at before counts by its length and their speed, any other by its size and their seconds for each MiB.
 */
export function createWorkEstimate(converters: readonly Measured[]): (job: Work) => number | null {
  const secondsPerMib = average(converters, 'seconds_per_mib');
  const plain = average(converters, 'sound_speed');
  const normalized = average(converters, 'sound_speed_normalized');
  return ({ size, soundSeconds, isNormalized }) => {
    const speed = isNormalized ? normalized : plain;
    if (soundSeconds !== null && speed !== null) return soundSeconds / speed;
    return secondsPerMib === null ? null : (size / MIB) * secondsPerMib;
  };
}

/** The mean of what the converters have measured, by how many jobs each converts at a time. */
function average(
  converters: readonly Measured[],
  name: 'seconds_per_mib' | 'sound_speed' | 'sound_speed_normalized',
): number | null {
  let [sum, weight] = [0, 0];
  for (const { concurrency, [name]: value } of converters) {
    if (value === null) continue;
    sum += value * concurrency;
    weight += concurrency;
  }
  return weight === 0 ? null : sum / weight;
}

/** Seconds of each job that no measurement knows: fetching, looking at and storing even the smallest one takes about this long. */
const MIN_SECONDS = 0.2;
/** Seconds for each MiB, until a converter has measured its own. */
const START_SECONDS_PER_MIB = 0.1;

/** Returns the seconds for which an owner is charged before the conversion has shown what it takes. They are above 0. */
export const chargedSeconds = (job: Work, estimate: (job: Work) => number | null): number =>
  Math.max(MIN_SECONDS, estimate(job) ?? (job.size / MIB) * START_SECONDS_PER_MIB);

/** A conversion that is expected to take no more seconds than this is short, until it has taken longer. */
export const SHORT_SECONDS = 10;

/**
 * Whether a conversion is expected to be over soon, by the seconds for which its owner is charged. A converter begins a short one
 * although its slots are full, unless it has one already.
 */
export const isShort = ({ seconds }: { seconds: number }): boolean => seconds <= SHORT_SECONDS;
