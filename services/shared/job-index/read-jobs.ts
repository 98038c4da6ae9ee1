import type { Job } from '../jobs/job.ts';
import type { JobStore } from '../jobs/job-store.ts';
import type { Log } from '../runtime/log.ts';
import type { Stored } from '../state/documents.ts';
import { type EachRead, readEach } from './read-each.ts';

/**
 * Reads many jobs at once. A damaged document does not hide the other jobs. Only an operator can repair it, so it is logged as
 * an error if a log is given.
 */
export async function readJobs(
  jobs: Pick<JobStore, 'getMany'>,
  ids: readonly string[],
  log: Log | undefined,
  signal?: AbortSignal,
): Promise<EachRead<Stored<Job>>> {
  const read = await readEach(ids, (some) => jobs.getMany(some, signal));
  for (const [id, error] of read.damaged)
    log?.error({ err: error, job_id: id }, 'the document of a job is damaged, so the job is left out');
  return read;
}
