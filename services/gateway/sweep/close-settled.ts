import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { blobsToDelete, isVisible } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { FailedIndex } from '../operator/failed-index.ts';
import { createFairQueue } from './fair-queue.ts';
import type { StalledJobs } from './find-stalled.ts';
import type { VideoIndex } from './video-index.ts';

export interface ClosePorts {
  index: Pick<JobIndex, 'close'>;
  blobs: Pick<BlobStore, 'delete'>;
  failedIndex: Pick<FailedIndex, 'add'>;
  videoIndex: Pick<VideoIndex, 'add'>;
  log: Log;
}

type Settled = StalledJobs['toCleanUp'][number];

/** Settled jobs that go into the same index, and whose entries are in the same documents. */
interface Group {
  /** For the log. */
  id: string;
  /** The index that the jobs enter when they leave the index of open jobs. */
  next: 'failed' | 'videos' | 'none';
  items: Settled[];
}

/** Deletes what settled jobs do not need any more, and closes their entries in the index of open jobs. */
export function createCloseSettled({ index, blobs, failedIndex, videoIndex, log }: ClosePorts) {
  const clearTurns = createFairQueue(log);
  const closeTurns = createFairQueue(log, { idName: 'group' });

  /** `deadline` bounds the deletion alone, so that what was cleared up is closed after it. */
  return async (
    settled: readonly Settled[],
    isWithoutVideo: (id: string) => boolean,
    { signal, deadline }: { signal: AbortSignal; deadline: AbortSignal },
  ): Promise<void> => {
    const deleteUnneeded = async ({ job }: Settled) => {
      for (const blob of job ? blobsToDelete(job) : []) await blobs.delete(blob, deadline);
    };
    const close = async ({ next, items }: Group) => {
      const jobs = items.flatMap(({ job }) => job ?? []);
      // In this order: a job that has more to come is in one of the indexes at any time.
      if (next === 'failed') await failedIndex.add(jobs, signal);
      if (next === 'videos') await videoIndex.add(jobs, signal);
      await index.close(
        items.map(({ entry }) => entry),
        signal,
      );
    };
    const cleared = await clearTurns.run(settled, deleteUnneeded, deadline);
    await closeTurns.run(groupsOf(cleared, isWithoutVideo), close, signal);
  };
}

/** One group for each next index and last digit: a document that cannot be written keeps only its own entries open. */
function groupsOf(settled: readonly Settled[], isWithoutVideo: (id: string) => boolean): Group[] {
  const groups = new Map<string, Group>();
  for (const item of settled) {
    const next = nextIndex(item, isWithoutVideo);
    const id = `${next} ${item.id.slice(-1)}`;
    const group = groups.get(id) ?? { id, next, items: [] };
    group.items.push(item);
    groups.set(id, group);
  }
  return [...groups.values()];
}

function nextIndex({ job }: Settled, isWithoutVideo: (id: string) => boolean): Group['next'] {
  if (!job || !isVisible(job)) return 'none';
  if (job.status === 'failed') return 'failed';
  return job.status === 'done' && !isWithoutVideo(job.id) ? 'videos' : 'none';
}
