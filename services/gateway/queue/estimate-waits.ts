import type { ConverterPresence } from '../../shared/contract/converter-presence.ts';
import { chargedSeconds, createWorkEstimate, isShort, type Work } from '../../shared/jobs/work.ts';
import type { KnownJob } from './known-job.ts';

/** Seconds of waiting and converting. */
export interface Waits {
  /**
   * Returns the seconds until the MP3 of a queued job, or null where too little is known.
   *
   * @param ahead the number of queued jobs before it
   */
  secondsUntilDone(job: Work, ahead: number): number | null;
}

/**
 * Estimates the time of queued jobs. The work of all jobs ahead is divided evenly among all places for a conversion, which gives
 * no jump when a job starts or ends. A converter always converts a short job, or has room for one. So a short one waits no longer than for
 * the short ones ahead, one at a time in each converter.
 *
 * @param queued all queued jobs, in order
 */
export function estimateWaits(
  converters: readonly ConverterPresence[],
  converting: readonly KnownJob[],
  queued: readonly Work[],
): Waits {
  const places = converters.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const secondsOf = createWorkEstimate(converters);
  const restOf = (job: KnownJob) => job.etaSeconds ?? secondsOf(job);
  const isShortJob = (job: Work) => isShort({ seconds: chargedSeconds(job, secondsOf) });
  const seconds = queued.map(secondsOf);
  const areShort = queued.map(isShortJob);
  const line = lineBefore(places, converting.map(restOf), seconds);
  const shortLine = lineBefore(
    converters.length,
    converting.filter(isShortJob).map(restOf),
    seconds.filter((_, index) => areShort[index]),
  );
  /** The number of short jobs before each queued job, and before the end of the line. */
  const shortBefore = sums(areShort.map(Number));

  return {
    secondsUntilDone(job, ahead) {
      const own = secondsOf(job);
      if (places === 0 || own === null) return null;
      const waits = [line(ahead)];
      if (isShortJob(job)) waits.push(shortLine(shortBefore[Math.min(ahead, queued.length)] ?? 0));
      const known = waits.filter((wait) => wait !== null);
      return known.length === 0 ? null : roundUp(own + Math.min(...known));
    },
  };
}

/**
 * Returns the seconds until a place is free for a job with so many others ahead of it, or null where too little is known.
 *
 * @param running the seconds that are left of each job that is converted
 * @param queued the seconds that each job in the line will take
 */
function lineBefore(
  places: number,
  running: readonly (number | null)[],
  queued: readonly (number | null)[],
): (ahead: number) => number | null {
  const before = sums([sums(running).at(-1) ?? null, ...queued]);
  return (ahead) => {
    if (running.length + ahead < places) return 0;
    const work = before[Math.min(ahead, queued.length) + 1] ?? null;
    return work === null ? null : work / places;
  };
}

/** The sums of the first values: of none, of one, and so on. Null from the first value on that is not known. */
function sums(values: readonly (number | null)[]): (number | null)[] {
  let sum: number | null = 0;
  return [0, ...values.map((value) => (sum = sum === null || value === null ? null : sum + value))];
}

/** Steps in seconds, for lengths up to each bound. A finer number would promise more than is known, and flicker. */
const STEPS: [upTo: number, step: number][] = [
  [60, 5],
  [600, 15],
  [3600, 60],
  [Number.POSITIVE_INFINITY, 300],
];

function roundUp(seconds: number): number {
  const step = STEPS.find(([upTo]) => seconds <= upTo)?.[1] ?? 1;
  return Math.ceil(seconds / step) * step;
}
