import { isExpired, type Job } from '../../shared/jobs/job.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { createShardedMap, type Entry } from '../job-index/sharded-map.ts';

interface Finished {
  /** When the job became `done`. How long a video is kept after that is a setting, which may change. */
  done_at: string;
  expires_at: string;
}
export type VideoEntry = Entry<Finished>;

/** The jobs that are done and whose video is still stored. An entry whose job or video is gone is harmless. */
export interface VideoIndex {
  /** Called before a job that is `done` leaves the index of active jobs. */
  add(jobs: readonly Pick<Job, 'id' | 'updated_at' | 'expires_at'>[], signal?: AbortSignal): Promise<void>;
  list(signal?: AbortSignal): AsyncGenerator<VideoEntry[]>;
  remove(entries: readonly VideoEntry[], signal?: AbortSignal): Promise<void>;
}

/** @param ttlSeconds the longest time for which a job is kept */
export function createVideoIndex(state: StateStore, ttlSeconds: number): VideoIndex {
  const videos = createShardedMap<Finished>(state, 'videos', {
    ttlSeconds,
    isWanted: (job) => !isExpired(job),
  });
  return {
    async add(jobs, signal) {
      await videos.put(
        // A done job is only deleted or renamed later, and a rename leaves this time, so it is when the job became done.
        jobs.map(({ id, updated_at, expires_at }) => ({ id, done_at: updated_at, expires_at })),
        signal,
      );
    },
    list: videos.list,
    remove: videos.remove,
  };
}
