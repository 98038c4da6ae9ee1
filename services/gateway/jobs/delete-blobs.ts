import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { blobsToDelete, type Job } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createBackgroundTasks } from './background-tasks.ts';

/** The largest video takes some seconds. */
const CLEAR_MS = 60_000;
/** Jobs at a time; more are left to the sweep. */
const MAX_CLEARING = 4;

/** Deletes the blobs of tombstones, beside the request: the answer does not wait for thousands of chunks, and the sweep makes up for what fails. */
export function createBlobDeletion(
  blobs: Pick<BlobStore, 'delete' | 'stat'>,
  stopping: AbortSignal,
  log: Log,
) {
  const clearing = createBackgroundTasks();

  async function deleteBlobs(job: Job): Promise<void> {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(CLEAR_MS)]);
    for (const blob of blobsToDelete(job)) {
      if (signal.aborted) return;
      try {
        // What is not complete may be written at this moment: the sweep deletes it, when all of it has arrived.
        if (await blobs.stat(blob, signal)) await blobs.delete(blob, signal);
      } catch (error) {
        log.warn({ job_id: job.id, err: error }, 'a blob of a deleted job is left; the sweep deletes it');
      }
    }
  }

  return {
    clear(job: Job): void {
      if (clearing.size >= MAX_CLEARING || stopping.aborted) return;
      clearing.add(deleteBlobs(job));
    },
    settled: clearing.settled,
  };
}
