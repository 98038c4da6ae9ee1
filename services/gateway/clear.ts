import type { BlobStore } from '../shared/blobs.ts';
import { type Job, unneededBlobs } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';

/** The largest video takes some seconds. */
const CLEAR_MS = 60_000;
/** Jobs at a time; more are left to the sweep. */
const MAX_PENDING = 4;

/** Deletes the blobs of tombstones, beside the request: the answer does not wait for thousands of chunks, and the sweep makes up for what fails. */
export function createClearing(blobs: Pick<BlobStore, 'delete'>, stopping: AbortSignal, log: Log) {
  const pending = new Set<Promise<void>>();

  async function deleteBlobs(job: Job): Promise<void> {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(CLEAR_MS)]);
    const results = await Promise.allSettled(unneededBlobs(job).map((blob) => blobs.delete(blob, signal)));
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      log.warn(
        { job_id: job.id, err: result.reason },
        'a blob of a deleted job is left; the sweep deletes it',
      );
    }
  }

  return {
    clear(job: Job): void {
      if (pending.size >= MAX_PENDING || stopping.aborted) return;
      const clearing = deleteBlobs(job).finally(() => pending.delete(clearing));
      pending.add(clearing);
    },
    /** Resolves when nothing is under way any more. */
    async settled(): Promise<void> {
      await Promise.all(pending);
    },
  };
}
