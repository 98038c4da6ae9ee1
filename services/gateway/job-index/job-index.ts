import type { ACTIVE_JOBS } from '../../shared/job-index/active-index.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { createOwnerList, type OwnerList } from './owner-list.ts';
import { createShardedMap, type Entry } from './sharded-map.ts';

export type { OwnerListPage as OwnedPage } from './owner-list.ts';
export type ActiveJob = Entry<{ owner: string }>;

/** Lists of jobs. They are kept by hand, because a state store need not support queries. */
export interface JobIndex extends OwnerList {
  /**
   * Adds the job to the index of active jobs, which the sweep reads. Call this before a change that makes a job active, because
   * a job without an entry would be lost. Call it again after the change where the job may have been inactive before, because
   * the sweep may have removed the entry meanwhile. Returns the entry for `removeActive`.
   */
  addActive(owner: string, id: string, signal?: AbortSignal): Promise<ActiveJob>;
  /** The active jobs: those to convert, to notify of, or to clean up. */
  listActive(signal?: AbortSignal): AsyncGenerator<ActiveJob[]>;
  /** Removes the entries that were not added again meanwhile. */
  removeActive(entries: readonly Pick<ActiveJob, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

/** @param ttlSeconds the life of the index, which is longer than a job is kept */
export function createJobIndex(state: StateStore, ttlSeconds: number): JobIndex {
  const activeJobs = createShardedMap<{ owner: string }>(state, 'open' satisfies typeof ACTIVE_JOBS, {
    ttlSeconds,
  });

  return {
    ...createOwnerList(state, ttlSeconds),

    async addActive(owner, id, signal) {
      const [entry] = await activeJobs.put([{ id, owner }], signal);
      return entry as ActiveJob;
    },

    listActive: activeJobs.list,
    removeActive: activeJobs.remove,
  };
}
