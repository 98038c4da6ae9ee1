import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { deleted, overdue } from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';

/**
 * Ends an upload or a conversion that stood still, and returns the job as it is then; undefined when another was first. By
 * compare-and-set against an upload or a converter that is alive after all: one of the two finds itself too late.
 */
export async function giveUp(jobs: JobStore, seen: Job, signal: AbortSignal): Promise<Job | undefined> {
  const end = seen.status === 'uploading' ? deleted() : overdue();
  let ended: Job | undefined;
  const change = (job: Job) => {
    ended = job.status === seen.status && job.updated_at === seen.updated_at ? end(job) : undefined;
    return ended;
  };
  try {
    await jobs.update(seen.id, change, signal);
  } catch (error) {
    // Another replica was first, or its owner has just deleted it.
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  }
  return ended;
}
