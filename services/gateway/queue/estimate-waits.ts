import type { ConverterPresence } from '../../shared/contract/converter-presence.ts';
import { createWorkEstimate, type Work } from '../../shared/jobs/work.ts';
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
 * no jump when a job starts or ends. A converter whose places are taken by long conversions begins one short one in addition. That is
 * not counted, so that a clip may be ready sooner than its estimate says.
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
  const running = converting.map((job) => job.etaSeconds ?? secondsOf(job));
  /** The seconds of work before each queued job, and after the last one. */
  const before: (number | null)[] = [addUp(running)];
  for (const job of queued) before.push(add(before.at(-1) ?? null, secondsOf(job)));

  return {
    secondsUntilDone(job, ahead) {
      const own = secondsOf(job);
      const work = before[Math.min(ahead, queued.length)] ?? null;
      if (places === 0 || own === null || work === null) return null;
      const hasFreePlace = running.length + ahead < places;
      return roundUp(own + (hasFreePlace ? 0 : work / places));
    },
  };
}

const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
const addUp = (values: readonly (number | null)[]): number | null => values.reduce(add, 0);

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
