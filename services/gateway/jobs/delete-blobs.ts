import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { blobsToDelete, type Job } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createBackgroundTasks } from './background-tasks.ts';

/** Milliseconds for the blobs of one job. The deletion of the largest video takes some seconds. */
const DELETE_MS = 60_000;
/** Jobs whose blobs are deleted at the same time. The blobs of further jobs are left to the sweep. */
const MAX_JOBS = 4;

/**
 * Deletes the blobs of a deleted job in the background, so that the response does not wait for thousands of chunks. The sweep
 * deletes what is left.
 */
export function createDeleteBlobs(
  blobs: Pick<BlobStore, 'delete' | 'stat'>,
  stoppingSignal: AbortSignal,
  log: Log,
) {
  const tasks = createBackgroundTasks();

  async function deleteAll(job: Job): Promise<void> {
    const signal = AbortSignal.any([stoppingSignal, AbortSignal.timeout(DELETE_MS)]);
    for (const blob of blobsToDelete(job)) {
      if (signal.aborted) return;
      try {
        // A blob that is not complete may still be written. The sweep deletes it once all of it has arrived.
        if (await blobs.stat(blob, signal)) await blobs.delete(blob, signal);
      } catch (error) {
        log.warn(
          { job_id: job.id, err: error },
          'a blob of a deleted job could not be deleted; the sweep deletes it',
        );
      }
    }
  }

  return {
    deleteBlobs(job: Job): void {
      if (tasks.size >= MAX_JOBS || stoppingSignal.aborted) return;
      tasks.add(deleteAll(job));
    },
    settled: tasks.settled,
  };
}
