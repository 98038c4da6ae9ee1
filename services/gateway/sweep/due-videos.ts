import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createFairQueue } from './fair-queue.ts';
import type { SweepMetrics } from './metrics.ts';

export interface DueVideosPorts {
  blobs: Pick<BlobStore, 'delete'>;
  metrics: Pick<SweepMetrics, 'videoDeleted'>;
  log: Log;
}

/** Deletes the videos of active jobs that are done, and remembers which it has deleted. */
export function createDueVideos({ blobs, metrics, log }: DueVideosPorts) {
  const queue = createFairQueue(log);
  let deleted = new Set<string>();
  return {
    isDeleted: (id: string): boolean => deleted.has(id),

    async delete(due: readonly Job[], signal: AbortSignal): Promise<void> {
      const deleteVideo = async ({ videoBlobId }: Job) => {
        if (await blobs.delete(videoBlobId, signal)) metrics.videoDeleted();
      };
      const before = deleted;
      const remaining = due.filter(({ id }) => !before.has(id));
      const now = await queue.run(remaining, deleteVideo, signal);
      // Jobs may stay active for long. Jobs that are not active any more are forgotten.
      deleted = new Set([...due.filter(({ id }) => before.has(id)), ...now].map(({ id }) => id));
    },
  };
}
