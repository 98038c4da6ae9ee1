import { isExpired, type Job } from '../../shared/jobs/job.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { createShardedMap, type Entry, type ListPart } from '../job-index/sharded-map.ts';

type Failed = Pick<Job, 'expires_at'>;
export type FailedEntry = Entry<Failed>;

/**
 * The failed jobs of all owners: the dead letters of this system, on any state store. The first sweep that sees a job failed adds
 * it. An entry whose job has not failed is harmless.
 */
export interface FailedIndex {
  /** Call this before the job leaves the index of active jobs. */
  add(jobs: readonly Pick<Job, 'id' | 'expires_at'>[], signal?: AbortSignal): Promise<void>;
  /** Reads the entries in a fixed order, as they are asked for. With an id as `after`, the list continues behind it. */
  list(signal?: AbortSignal, after?: string): AsyncGenerator<ListPart<Failed>>;
  /** Removes the entries that were not added again meanwhile. */
  remove(entries: readonly FailedEntry[], signal?: AbortSignal): Promise<void>;
}

/** @param ttlSeconds the longest time for which a job is kept */
export function createFailedIndex(state: StateStore, ttlSeconds: number): FailedIndex {
  const failed = createShardedMap<Failed>(state, 'failed', {
    ttlSeconds,
    isWanted: (job) => !isExpired(job),
  });
  return {
    async add(jobs, signal) {
      await failed.put(
        jobs.map(({ id, expires_at }) => ({ id, expires_at })),
        signal,
      );
    },
    list: failed.listParts,
    remove: failed.remove,
  };
}
