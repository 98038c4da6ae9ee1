import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import { isFinal, type Job } from '../shared/jobs.ts';
import { add, emptyTally, type Tally } from './bounds.ts';
import { openJobs } from './open-jobs.ts';

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
