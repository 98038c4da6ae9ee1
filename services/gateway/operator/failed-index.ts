import { isExpired, type Job } from '../../shared/jobs/job.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { createShardedMap, type Entry, type ListPart } from '../job-index/sharded-map.ts';

type Failed = Pick<Job, 'expires_at'>;
export type FailedEntry = Entry<Failed>;

/**
 * Which jobs have failed, of all owners: the dead letters, on any state store. A job is added by the first pass of the sweep that
 * sees it failed. An entry without a failed job is harmless.
 */
export interface FailedIndex {
  /** Called before the job leaves the index of open jobs. */
  add(jobs: readonly Pick<Job, 'id' | 'expires_at'>[], signal?: AbortSignal): Promise<void>;
  /** In a fixed order, from the one after the id `after` on, and read as they are asked for. */
  list(signal?: AbortSignal, after?: string): AsyncGenerator<ListPart<Failed>>;
  /** Those entries that were not added again meanwhile. */
  remove(entries: readonly FailedEntry[], signal?: AbortSignal): Promise<void>;
}

/** `ttlSeconds`: the longest that a job is kept. */
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
