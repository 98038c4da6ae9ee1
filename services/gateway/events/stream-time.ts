import type { Job } from '../../shared/jobs/job.ts';

/** By how much the clocks of two machines may differ. */
const CLOCK_SKEW_MS = 30_000;
/** A gateway reads a job that waits far back in the queue only now and then. */
const READ_LATE_MS = 30_000;

/*
 * The id of an event in the stream of all jobs of a user is the time up to which the client knows everything that was stored, by
 * the clock of the gateway that sent it. Any replica understands it.
 */

export const formatStreamTime = (time: number | undefined): string => (time ?? 0).toString(36);

/** Returns undefined for a text that no gateway has sent. */
export function parseStreamTime(id: string): number | undefined {
  if (!/^[\da-z]{6,10}$/.test(id)) return undefined;
  return Number.parseInt(id, 36);
}

/**
 * Whether everything that has ended since is still in the index of active jobs. A job stays there for `stallTimeoutMs` after its
 * last change, because a sweep removes no entry sooner.
 */
export function isResumable(
  since: number,
  { completeAt, stallTimeoutMs }: { completeAt: number; stallTimeoutMs: number },
): boolean {
  const gapMs = completeAt - since;
  return gapMs > -CLOCK_SKEW_MS && gapMs + CLOCK_SKEW_MS < stallTimeoutMs;
}

/** Whether the client may not know the job as it is, or its new name. It is told some jobs twice, because clocks differ. */
export const mayHaveChangedSince = (
  { updated_at, renamed_at = updated_at }: Pick<Job, 'updated_at' | 'renamed_at'>,
  since: number,
): boolean => Math.max(Date.parse(updated_at), Date.parse(renamed_at)) > since - CLOCK_SKEW_MS - READ_LATE_MS;
