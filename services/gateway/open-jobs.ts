import type { Stored } from '../shared/documents.ts';
import type { JobIndex, OpenJob } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import type { Job } from '../shared/jobs.ts';

/** Jobs of about 2 KB that are read at once. */
const BATCH = 1_000;

export interface OpenBatch {
  entries: OpenJob[];
  /** By id; an entry may have none. */
  stored: Map<string, Stored<Job>>;
}

/** All that is open, with its jobs: few calls for the index, and one for each batch of jobs. */
export async function* openJobs(
  jobs: JobStore,
  index: JobIndex,
  signal?: AbortSignal,
): AsyncGenerator<OpenBatch> {
  const withJobs = async (entries: OpenJob[]): Promise<OpenBatch> => {
    const ids = entries.map(({ id }) => id);
    return { entries, stored: await jobs.getMany(ids, signal) };
  };
  const waiting: OpenJob[] = [];
  for await (const listed of index.listOpen(signal)) {
    for (const entry of listed) waiting.push(entry);
    while (waiting.length >= BATCH) yield await withJobs(waiting.splice(0, BATCH));
  }
  if (waiting.length > 0) yield await withJobs(waiting);
}
