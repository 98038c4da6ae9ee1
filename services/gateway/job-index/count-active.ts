import { isFinal, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { ownerOf } from '../limits/owner.ts';
import { adjustCount, emptyCounts, type OwnerCounts } from '../limits/quota.ts';
import { readActiveJobs } from './active-jobs.ts';
import type { JobIndex } from './job-index.ts';

/** Counts a job that is neither done, failed, cancelled nor deleted. */
export function countIfActive(unfinished: OwnerCounts, job: Job): void {
  if (!isFinal(job) && job.status !== 'deleted') adjustCount(unfinished, ownerOf(job), 1);
}

/** Counts the unfinished jobs of each owner in the store. Throws `unavailable`. */
export async function countActive(jobs: JobStore, index: JobIndex): Promise<OwnerCounts> {
  const unfinished = emptyCounts();
  for await (const { stored } of readActiveJobs(jobs, index)) {
    for (const { document } of stored.values()) countIfActive(unfinished, document);
  }
  return unfinished;
}
