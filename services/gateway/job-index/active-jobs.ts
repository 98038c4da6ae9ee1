import { readJobs } from '../../shared/job-index/read-jobs.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { ActiveJob, JobIndex } from './job-index.ts';

/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 1_000;

export interface ActiveBatch {
  entries: ActiveJob[];
  /** The jobs by id. An entry may have no job. */
  stored: Map<string, Stored<Job>>;
}

/**
 * Reads the active jobs, in few calls for the index and one call for each batch of jobs. A job whose document is damaged is left
 * out together with its entry, and logged if a log is given.
 */
export async function* readActiveJobs(
  jobs: JobStore,
  index: JobIndex,
  signal?: AbortSignal,
  log?: Log,
): AsyncGenerator<ActiveBatch> {
  const withJobs = async (entries: ActiveJob[]): Promise<ActiveBatch> => {
    const ids = entries.map(({ id }) => id);
    const { found, damaged } = await readJobs(jobs, ids, log, signal);
    // An entry without its job would look like one whose job was deleted, and would be removed.
    return { entries: entries.filter(({ id }) => !damaged.has(id)), stored: found };
  };
  const pending: ActiveJob[] = [];
  for await (const listed of index.listActive(signal)) {
    for (const entry of listed) pending.push(entry);
    while (pending.length >= BATCH) yield await withJobs(pending.splice(0, BATCH));
  }
  if (pending.length > 0) yield await withJobs(pending);
}
