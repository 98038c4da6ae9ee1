import type { JobStore } from '../../shared/jobs/job-store.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import { countStoredBytes, readOutcomes } from './job-cost.ts';
import { dayOf, emptyUsage, settle, USAGE_SECONDS, type UsageRecord, usageKey } from './usage-record.ts';

const DAY_MS = 24 * 3600_000;

export interface UsageStorePorts {
  state: StateStore;
  jobs: JobStore;
  index: Pick<JobIndex, 'listOwned'>;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
  now: () => number;
}

/** The records of the present day. */
export interface UsageStore {
  /** Returns undefined where the owner has used nothing today. */
  findToday(owner: string): Promise<UsageRecord | undefined>;
  /** Returns the record of today, which is not saved where it is the first one of a day. It begins with what was stored before. */
  today(owner: string): Promise<UsageRecord>;
  /** The same with the sound of the jobs that have ended by now. */
  settled(owner: string): Promise<UsageRecord>;
  /** Changes the record by compare-and-set. `initial` is taken where there is none. With undefined, nothing is written. */
  update(
    owner: string,
    initial: UsageRecord,
    change: (usage: UsageRecord) => UsageRecord | undefined,
  ): Promise<UsageRecord>;
}

export function createUsageStore(ports: UsageStorePorts): UsageStore {
  const { state, jobs, now } = ports;

  const find = async (owner: string, ms: number): Promise<UsageRecord | undefined> =>
    (await readDocument<UsageRecord>(state, usageKey(owner, dayOf(ms))))?.document;

  async function today(owner: string): Promise<UsageRecord> {
    const found = await find(owner, now());
    if (found) return found;
    const before = await find(owner, now() - DAY_MS);
    return emptyUsage(before?.stored_bytes ?? (await countStoredBytes(owner, ports)));
  }

  return {
    findToday: (owner) => find(owner, now()),
    today,

    async settled(owner) {
      const usage = await today(owner);
      if (usage.pending.length === 0) return usage;
      return settle(usage, await readOutcomes(jobs, usage.pending));
    },

    async update(owner, initial, change) {
      const key = usageKey(owner, dayOf(now()));
      const changed = await updateDocument<UsageRecord>(state, key, (current) => change(current ?? initial), {
        ttlSeconds: USAGE_SECONDS,
      });
      return changed ?? initial;
    },
  };
}
