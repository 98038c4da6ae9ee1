import { claimed } from '../shared/job-changes.ts';
import type { JobStore } from '../shared/job-store.ts';
import { isFinal, type Job } from '../shared/jobs.ts';
import { isAbandoned, type LeaseTimes } from '../shared/lease.ts';

/** A job that may be claimed, as it was seen: a claim is good only while it still looks so. */
export type Claimable = Pick<Job, 'status' | 'attempt' | 'updated_at'>;

/** Waits until it is known whether a job needs a converter; `held`: its heartbeat shows that it has one. Throws `not_found`. */
export async function findClaimable(
  jobs: JobStore,
  id: string,
  times: LeaseTimes,
  signal: AbortSignal,
): Promise<Claimable | 'final' | 'held'> {
  const read = () => jobs.get(id, signal);
  const seen = await read();
  if (isFinal(seen.document)) return 'final';
  if (seen.document.status === 'queued') return seen.document;
  return (await isAbandoned(seen, read, times, signal)) ? seen.document : 'held';
}

class Changed extends Error {}

/** Takes the job for this attempt; undefined when somebody was faster. */
export async function claim(
  jobs: JobStore,
  id: string,
  attempt: string,
  seen: Claimable,
  signal: AbortSignal,
): Promise<Job | undefined> {
  try {
    return await jobs.update(
      id,
      (job) => {
        // After a claim that arrived, though it was reported as lost.
        if (job.attempt === attempt) return undefined;
        const same = job.status === seen.status && job.attempt === seen.attempt;
        // A queued job may have been touched without having been taken.
        if (!same || (job.status === 'converting' && job.updated_at !== seen.updated_at)) throw new Changed();
        return claimed(attempt)(job);
      },
      signal,
    );
  } catch (error) {
    if (error instanceof Changed) return undefined;
    throw error;
  }
}
