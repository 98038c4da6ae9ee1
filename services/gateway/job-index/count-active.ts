import { isFinal, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { add, emptyTally, type Tally } from '../limits/quota.ts';
import { openJobs } from './active-jobs.ts';
import type { JobIndex } from './job-index.ts';

/** Adds a job to the tally where it is neither done, failed nor cancelled. */
export function count(unfinished: Tally, job: Job): void {
  if (!isFinal(job) && job.status !== 'deleted') add(unfinished, job.owner, 1);
}

export async function countUnfinished(jobs: JobStore, index: JobIndex): Promise<Tally> {
  const unfinished = emptyTally();
  for await (const { stored } of openJobs(jobs, index)) {
    for (const { document } of stored.values()) count(unfinished, document);
  }
  return unfinished;
}
