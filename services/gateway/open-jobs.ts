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

/** All that is open, with its jobs: one call for the index, and one for each batch of a shard. */
export async function* openJobs(
  jobs: JobStore,
  index: JobIndex,
  signal?: AbortSignal,
): AsyncGenerator<OpenBatch> {
  for await (const shard of index.listOpen(signal)) {
    for (let at = 0; at < shard.length; at += BATCH) {
      const entries = shard.slice(at, at + BATCH);
      const ids = entries.map(({ id }) => id);
      yield { entries, stored: await jobs.getMany(ids, signal) };
    }
  }
}
