import type { StateStore } from '../../shared/state/state-store.ts';
import { createOwnedJobs, type OwnedJobs } from './owner-list.ts';
import { createShardedMap, type Entry } from './sharded-map.ts';

export type { OwnedPage } from './owner-list.ts';
export type ActiveJob = Entry<{ owner: string }>;

/** Which jobs there are, kept by hand because a state store need not know queries. */
export interface JobIndex extends OwnedJobs {
  /**
   * The sweep looks after the job from here on. Called before a change that needs it, since a job without an entry would be
   * lost, and once more after it where the job may have been settled before: its entry may just have been closed.
   * The entry that comes back is what `close` takes.
   */
  addActive(owner: string, id: string, signal?: AbortSignal): Promise<ActiveJob>;
  /** Jobs that something is still to be done for: to convert, to tell, to clear up. */
  listActive(signal?: AbortSignal): AsyncGenerator<ActiveJob[]>;
  /** Those entries that were not opened again meanwhile. */
  removeActive(entries: readonly Pick<ActiveJob, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

export function createJobIndex(state: StateStore, ttlSeconds: number): JobIndex {
  const opened = createShardedMap<{ owner: string }>(state, 'open', { ttlSeconds });

  return {
    ...createOwnedJobs(state, ttlSeconds),

    async addActive(owner, id, signal) {
      const [entry] = await opened.put([{ id, owner }], signal);
      return entry as ActiveJob;
    },

    listActive: opened.list,
    removeActive: opened.remove,
  };
}
