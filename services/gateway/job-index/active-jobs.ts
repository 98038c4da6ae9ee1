import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { ActiveJob, JobIndex } from './job-index.ts';
import { readJobs } from './read-jobs.ts';

/** Jobs of about 2 KB that are read at once. */
const BATCH = 1_000;

export interface ActiveBatch {
  entries: ActiveJob[];
  /** By id; an entry may have none. */
  stored: Map<string, Stored<Job>>;
}

/**
 * All that is open, with its jobs: few calls for the index, and one for each batch of jobs. A job whose document is damaged
 * is left out with its entry, and logged where there is a log.
 */
export async function* activeJobs(
  jobs: JobStore,
  index: JobIndex,
  signal?: AbortSignal,
  log?: Log,
): AsyncGenerator<ActiveBatch> {
  const withJobs = async (entries: ActiveJob[]): Promise<ActiveBatch> => {
    const ids = entries.map(({ id }) => id);
    const { found, damaged } = await readJobs(jobs, ids, log, signal);
    // Without its job, such an entry would look like one whose job is gone, and be closed.
    return { entries: entries.filter(({ id }) => !damaged.has(id)), stored: found };
  };
  const waiting: ActiveJob[] = [];
  for await (const listed of index.listActive(signal)) {
    for (const entry of listed) waiting.push(entry);
    while (waiting.length >= BATCH) yield await withJobs(waiting.splice(0, BATCH));
  }
  if (waiting.length > 0) yield await withJobs(waiting);
}
