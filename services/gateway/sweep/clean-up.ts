import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { blobsToDelete, isVisible } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { FailedIndex } from '../operator/failed-index.ts';
import { createFairQueue } from './fair-queue.ts';
import type { StalledJobs } from './find-stalled.ts';
import type { VideoIndex } from './video-index.ts';

export interface CleanUpPorts {
  index: Pick<JobIndex, 'removeActive'>;
  blobs: Pick<BlobStore, 'delete'>;
  failedIndex: Pick<FailedIndex, 'add'>;
  videoIndex: Pick<VideoIndex, 'add'>;
  log: Log;
}

type Item = StalledJobs['toCleanUp'][number];

/** Jobs that move to the same index, and whose entries are in the same document of the index of active jobs. */
interface Group {
  /** Names the group in the log. */
  id: string;
  /** The index that the jobs enter when they leave the index of active jobs. */
  next: 'failed' | 'videos' | 'none';
  items: Item[];
}

/** Deletes the blobs that ended jobs do not need any more, and removes these jobs from the index of active jobs. */
export function createCleanUp({ index, blobs, failedIndex, videoIndex, log }: CleanUpPorts) {
  const deletions = createFairQueue(log);
  const removals = createFairQueue(log, { idName: 'group' });

  async function removeGroup({ next, items }: Group, signal: AbortSignal): Promise<void> {
    const jobs = items.flatMap(({ job }) => job ?? []);
    // In this order, a job for which there is more to do is in one of the indexes at any time.
    if (next === 'failed') await failedIndex.add(jobs, signal);
    if (next === 'videos') await videoIndex.add(jobs, signal);
    await index.removeActive(
      items.map(({ entry }) => entry),
      signal,
    );
  }

  /**
   * `deadlineSignal` bounds the deletions alone, so that a job whose blobs
   * were deleted is still removed from the index after it.
   */
  return async (
    items: readonly Item[],
    isWithoutVideo: (id: string) => boolean,
    { signal, deadlineSignal }: { signal: AbortSignal; deadlineSignal: AbortSignal },
  ): Promise<void> => {
    const deleteBlobs = async ({ job }: Item) => {
      for (const blob of job ? blobsToDelete(job) : []) await blobs.delete(blob, deadlineSignal);
    };
    const cleaned = await deletions.run(items, deleteBlobs, deadlineSignal);
    await removals.run(groupsOf(cleaned, isWithoutVideo), (group) => removeGroup(group, signal), signal);
  };
}

/**
 * One group for each next index and last digit of the id. A document that
 * cannot be written holds up only its own entries.
 */
function groupsOf(items: readonly Item[], isWithoutVideo: (id: string) => boolean): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const next = nextIndex(item, isWithoutVideo);
    const id = `${next} ${item.id.slice(-1)}`;
    const group = groups.get(id) ?? { id, next, items: [] };
    group.items.push(item);
    groups.set(id, group);
  }
  return [...groups.values()];
}

function nextIndex({ job }: Item, isWithoutVideo: (id: string) => boolean): Group['next'] {
  if (!job || !isVisible(job)) return 'none';
  if (job.status === 'failed') return 'failed';
  return job.status === 'done' && !isWithoutVideo(job.id) ? 'videos' : 'none';
}
