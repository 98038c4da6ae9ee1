import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { expire, type Transition, tombstone } from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';

/**
 * Ends a stalled upload by a tombstone, or fails a job that has no time left. Returns the job as it is then, or undefined
 * when the job has changed since it was seen. The change is made by compare-and-set, so that an upload or a converter which
 * is alive after all finds out that it is too late.
 */
export async function expireStalled(
  jobs: JobStore,
  seen: Job,
  signal: AbortSignal,
): Promise<Job | undefined> {
  let ended: Job | undefined;
  const expireIfUnchanged: Transition = (job) => {
    const isUnchanged = job.status === seen.status && job.updated_at === seen.updated_at;
    const end = job.status === 'uploading' ? tombstone : expire;
    ended = isUnchanged ? end(job) : undefined;
    return ended;
  };
  try {
    await jobs.update(seen.id, expireIfUnchanged, signal);
  } catch (error) {
    // Another replica was first, or the owner has just deleted the job.
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  }
  return ended;
}
