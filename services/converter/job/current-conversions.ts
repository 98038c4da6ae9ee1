import { type CurrentConversion, MAX_SHOWN_CONVERSIONS } from '../../shared/contract/converter-presence.ts';
import type { CONVERSION_STEPS } from '../../shared/jobs/mp3-details.ts';
import type { Transcode } from '../transcode/transcode.ts';

type Stage = (typeof CONVERSION_STEPS)[number];

/** One conversion that is under way, as an operator sees it. */
export interface ShownConversion {
  /** Returns a transcoder that does the same as the given one, and shows how far it is. */
  observe(transcode: Transcode): Transcode;
  /** Takes over the share of the sound that is converted, from 0 to 1. */
  setProgress(progress: number): void;
  end(): void;
}

/** The conversions that are under way in this process. */
export interface CurrentConversions {
  begin(jobId: string): ShownConversion;
  /** Those that were begun first. */
  list(): CurrentConversion[];
}

/** @param now milliseconds of a monotonic clock */
export function createCurrentConversions(now: () => number = () => performance.now()): CurrentConversions {
  const current = new Set<CurrentConversion>();

  return {
    begin(jobId) {
      const shown: CurrentConversion = { job_id: jobId, stage: 'fetch', progress: null, speed: null };
      current.add(shown);
      return {
        observe: (transcode) => observe(transcode, shown, now),
        setProgress(progress) {
          shown.progress = progress;
        },
        end: () => void current.delete(shown),
      };
    },
    list: () => [...current].slice(0, MAX_SHOWN_CONVERSIONS).map((shown) => ({ ...shown })),
  };
}

function observe(transcode: Transcode, shown: CurrentConversion, now: () => number): Transcode {
  const enter = (stage: Stage) => {
    shown.stage = stage;
  };
  return async (request) => {
    enter('probe');
    let begunAt = now();
    const encoded = await transcode({
      ...request,
      onProbe(found) {
        enter('encode');
        begunAt = now();
        request.onProbe(found);
      },
      onTime(seconds) {
        shown.speed = speedOf(seconds, now() - begunAt);
        request.onTime(seconds);
      },
    });
    // The MP3 is stored while it is checked.
    enter('check');
    return {
      ...encoded,
      async verify() {
        const verified = await encoded.verify();
        enter('store');
        return verified;
      },
    };
  };
}

/** Seconds of sound in each second, to one decimal place. */
const speedOf = (seconds: number, elapsedMs: number): number | null =>
  elapsedMs > 0 && seconds >= 0 ? Math.round((seconds * 10_000) / elapsedMs) / 10 : null;
