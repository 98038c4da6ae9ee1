import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { isExpired } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { isVideoDue } from '../jobs/video-retention.ts';
import { createFairQueue } from './fair-queue.ts';
import type { SweepMetrics } from './metrics.ts';
import type { VideoIndex } from './video-index.ts';

/** The longest time for which one pass deletes videos before it reads the index again. */
const PASS_MS = 60_000;
/** Videos that are deleted at the same time. */
const CONCURRENCY = 4;

export interface DeleteVideosPorts {
  jobs: Pick<JobStore, 'find'>;
  blobs: Pick<BlobStore, 'delete'>;
  videoIndex: VideoIndex;
  keepVideoMs: number;
  metrics: Pick<SweepMetrics, 'videoDeleted'>;
  log: Log;
}

/**
 * Deletes the videos of jobs that have been done for long enough. Any number of replicas may do this at the same time, and may
 * die between two steps: an entry stays in the index until its video is deleted, and deleting a video twice is harmless.
 */
export function createDeleteVideos(ports: DeleteVideosPorts) {
  const { jobs, blobs, videoIndex, keepVideoMs, metrics, log } = ports;
  const queue = createFairQueue(log, { concurrency: CONCURRENCY });

  /** Resolves to `more` when its time ran out before all due videos were deleted. */
  async function pass(signal: AbortSignal): Promise<'more' | 'ended'> {
    const timeoutSignal = AbortSignal.timeout(PASS_MS);
    const deadlineSignal = AbortSignal.any([signal, timeoutSignal]);
    const entries = (await Array.fromAsync(videoIndex.list(deadlineSignal))).flat();
    const due = entries.filter((entry) => isVideoDue(entry.done_at, keepVideoMs) || isExpired(entry));
    const deleteVideo = async ({ id }: { id: string }) => {
      const job = await jobs.find(id, deadlineSignal);
      // The sweep deletes the blobs of a deleted job, and the store lets those of an expired job expire.
      if (job?.status !== 'done' || isExpired(job)) return;
      // A job that was converted again since is added again when the sweep has cleaned it up.
      if (!isVideoDue(job.updated_at, keepVideoMs)) return;
      if (await blobs.delete(job.videoBlobId, deadlineSignal)) metrics.videoDeleted();
    };
    const finished = await queue.run(due, deleteVideo, deadlineSignal);
    if (finished.length > 0) await videoIndex.remove(finished, signal);
    return timeoutSignal.aborted && finished.length < due.length ? 'more' : 'ended';
  }

  return {
    pass,
    run: (everySeconds: number, signal: AbortSignal): Promise<void> =>
      repeat(
        everySeconds * 1000,
        async () => {
          while (!signal.aborted && (await pass(signal)) === 'more');
        },
        (error) => {
          if (!signal.aborted)
            log.warn({ err: error }, 'videos could not be deleted; the next pass continues');
        },
        signal,
      ),
  };
}
