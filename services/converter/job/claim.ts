import { isFinal, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { claimed } from '../../shared/jobs/transitions.ts';
import { isAbandoned, type LeaseTimes } from '../../shared/state/lease.ts';

/** The state in which a job was read. A claim succeeds only while the job still has it. */
export type Claimable = Pick<Job, 'status' | 'attempt' | 'updated_at'>;

/** Waits until it is known whether a job needs a converter. `held` means that a heartbeat was seen. Throws `not_found`. */
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

/** Claims the job for this attempt. Returns undefined where another converter was faster. */
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
        // An earlier save of this claim was reported as failed, but did arrive.
        if (job.attempt === attempt) return undefined;
        const same = job.status === seen.status && job.attempt === seen.attempt;
        // `updated_at` of a queued job may change without a claim.
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
