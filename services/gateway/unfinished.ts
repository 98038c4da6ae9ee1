import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import { isFinal, type Job } from '../shared/jobs.ts';
import { openJobs } from './open-jobs.ts';

/** How many jobs are neither done, failed nor cancelled: in all, and of each owner that has any. */
export interface Unfinished {
  all: number;
  of: Map<string, number>;
}

export const noneUnfinished = (): Unfinished => ({ all: 0, of: new Map() });

/** Adds a job to the count where it is unfinished. */
export function count(unfinished: Unfinished, job: Job): void {
  if (isFinal(job) || job.status === 'deleted') return;
  unfinished.all++;
  unfinished.of.set(job.owner, (unfinished.of.get(job.owner) ?? 0) + 1);
}

export async function countUnfinished(jobs: JobStore, index: JobIndex): Promise<Unfinished> {
  const unfinished = noneUnfinished();
  for await (const { stored } of openJobs(jobs, index)) {
    for (const { document } of stored.values()) count(unfinished, document);
  }
  return unfinished;
}
