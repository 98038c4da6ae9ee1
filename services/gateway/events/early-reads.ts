import type { VisibleJob } from '../../shared/jobs/job.ts';
import type { Stored } from '../../shared/state/documents.ts';

/** For this long after somebody has begun to watch it, a job is read early: a short sound is converted in that time. */
const NEW_MS = 1_000;
/** A job is read early when its converter expects it to end within this time. */
const ENDING_MS = 1_000;
/** Early reads of one job. Without a limit, a wrong estimate would cost as much for as long as the conversion takes. */
const MAX_EARLY_READS = 40;

/** Decides when a watched job is read before its turn, so that its end is seen soon. */
export interface EarlyReads {
  /**
   * Milliseconds until the job is read as often as possible, 0 while it is. Infinity where its turn is soon enough.
   * @param seenAt when this state of the job was first seen
   */
  dueIn(latest: Stored<VisibleJob> | 'gone', seenAt: number): number;
  /** Counts an early read. */
  spend(): void;
}

/** @param now milliseconds of a monotonic clock */
export function createEarlyReads(now: () => number): EarlyReads {
  const newUntil = now() + NEW_MS;
  let left = MAX_EARLY_READS;
  return {
    dueIn(latest, seenAt) {
      if (left === 0 || latest === 'gone') return Number.POSITIVE_INFINITY;
      const { document: job } = latest;
      if (job.status !== 'queued' && job.status !== 'converting') return Number.POSITIVE_INFINITY;
      if (now() < newUntil) return 0;
      if (job.status === 'queued' || job.eta_seconds === null) return Number.POSITIVE_INFINITY;
      return Math.max(0, seenAt + job.eta_seconds * 1000 - ENDING_MS - now());
    },
    spend() {
      left -= 1;
    },
  };
}
