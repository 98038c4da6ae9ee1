import type { VisibleJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { type Beginners, LEAVE_MS } from '../fairness/beginners.ts';
import type { Claimable } from './claim.ts';

const LOOK_MS = 100;

export interface LeaveToBeginnerPorts {
  jobs: Pick<JobStore, 'get'>;
  beginners: Pick<Beginners, 'findOthers'>;
  leaveMs?: number;
}

/**
 * Leaves a job to the converter that has begun with it during its upload, until it is claimed or given up there, and for three
 * seconds at most. Returns whether it waited, so that the job has to be read again. Throws `not_found`, `unavailable` and the
 * signal's reason.
 */
export async function leaveToBeginner(
  { jobs, beginners, leaveMs = LEAVE_MS }: LeaveToBeginnerPorts,
  seen: Claimable,
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + leaveMs;
  let job: VisibleJob = seen;
  while (performance.now() < end && (await beginners.findOthers([job], signal)).has(job.id)) {
    await delay(LOOK_MS, signal);
    job = (await jobs.get(job.id, signal)).document;
  }
  return job !== seen;
}
