import type { JobStore } from '../../shared/jobs/job-store.ts';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import { countStoredBytes, readOutcomes } from './job-cost.ts';
import { dayOf, emptyUsage, settle, USAGE_SECONDS, type UsageRecord, usageKey } from './usage-record.ts';

const DAY_MS = 24 * 3600_000;
/** A count reads all jobs of an owner, so requests of the next milliseconds get the same one. Uploads are added to it anyway. */
const COUNT_MS = 5_000;
const MAX_OWNERS = 10_000;

export interface UsageStorePorts {
  state: StateStore;
  jobs: JobStore;
  index: Pick<JobIndex, 'listOwned'>;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
}

/**
 * The records of the days. `at` is a time of the day, in milliseconds since 1970. Take the time once for all that belongs together:
 * otherwise a record that was read before midnight is written as that of the next day.
 */
export interface UsageStore {
  /** Returns undefined where the owner has used nothing on that day. */
  find(owner: string, at: number): Promise<UsageRecord | undefined>;
  /** Returns the record of the day, which is not saved where it is the first one. It begins with what was stored before. */
  read(owner: string, at: number): Promise<UsageRecord>;
  /** The same with the sound of the jobs that have ended by now. */
  settled(owner: string, at: number): Promise<UsageRecord>;
  /** Changes the record by compare-and-set. `initial` is taken where there is none. With undefined, nothing is written. */
  update(
    owner: string,
    at: number,
    initial: UsageRecord,
    change: (usage: UsageRecord) => UsageRecord | undefined,
  ): Promise<UsageRecord>;
}

export function createUsageStore(ports: UsageStorePorts): UsageStore {
  const { state, jobs } = ports;
  const counts = createBoundedCache<string, Promise<number>>(MAX_OWNERS, COUNT_MS);

  const find = async (owner: string, at: number): Promise<UsageRecord | undefined> =>
    (await readDocument<UsageRecord>(state, usageKey(owner, dayOf(at))))?.document;

  function countStored(owner: string): Promise<number> {
    const lately = counts.get(owner);
    if (lately) return lately;
    const count = countStoredBytes(owner, ports);
    counts.set(owner, count);
    count.catch(() => counts.delete(owner));
    return count;
  }

  async function read(owner: string, at: number): Promise<UsageRecord> {
    const found = await find(owner, at);
    if (found) return found;
    const before = await find(owner, at - DAY_MS);
    return emptyUsage(before?.stored_bytes ?? (await countStored(owner)));
  }

  return {
    find,
    read,

    async settled(owner, at) {
      const usage = await read(owner, at);
      if (usage.pending.length === 0) return usage;
      return settle(usage, await readOutcomes(jobs, usage.pending));
    },

    async update(owner, at, initial, change) {
      const key = usageKey(owner, dayOf(at));
      const changed = await updateDocument<UsageRecord>(state, key, (current) => change(current ?? initial), {
        ttlSeconds: USAGE_SECONDS,
      });
      return changed ?? initial;
    },
  };
}
