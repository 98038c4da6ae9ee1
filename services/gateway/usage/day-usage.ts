import type { RateLimit } from '../../shared/http/rate-limit-headers.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import type { AccountLimits, GroupLimits } from '../limits/group-limits.ts';
import type { Owner } from '../limits/owner.ts';
import { countStoredBytes, outcomeOf, readOutcomes } from './job-cost.ts';
import { isStoreFull, rateLimitsOf, requireQuota } from './usage-limits.ts';
import { addUpload, settle, type UsageRecord, untilMidnight } from './usage-record.ts';
import { createUsageStore, type UsageStore, type UsageStorePorts } from './usage-store.ts';
import type { UsageView } from './usage-view.ts';

/** So many jobs whose sound is not counted are left to a later upload. */
const PENDING_UPLOADS = 32;
/** Milliseconds between two counts of what is stored for one owner, while the limit is reached. */
const RECOUNT_MS = 2_000;
const MAX_OWNERS = 10_000;

/**
 * Limits what each owner uploads, converts and keeps, on all gateways together. There is one document for each owner and day. It
 * is written when an upload is accepted, and no other request writes it but one that finds something to settle.
 */
export interface DayUsage {
  /**
   * Refuses an upload before its first byte. Throws `quota_exceeded`. An upload that is admitted may still be refused by `charge`,
   * because others may have come first.
   * @param size bytes, or 0 where the client has not told
   */
  admit(owner: Owner, size: number): Promise<void>;
  /** Counts an upload whose bytes are stored, before it becomes a job. Counts each job once. Throws `quota_exceeded`. */
  charge(owner: Owner, upload: { id: string; size: number }): Promise<void>;
  /** Counts the sound of a job that is about to be deleted, after which nobody could tell how long it was. */
  settleBeforeDeletion(job: Job): Promise<void>;
  /** For the headers of an answer to an upload. Reads nothing where the owner has no such limit. */
  rateLimits(owner: Owner): Promise<RateLimit[]>;
  view(owner: Owner): Promise<UsageView>;
}

export interface DayUsagePorts extends UsageStorePorts {
  groupLimits: GroupLimits;
  now?: () => number;
}

const isUnlimited = ({ uploadsPerDay, bytesPerDay, minutesPerDay, storedBytes }: AccountLimits): boolean =>
  [uploadsPerDay, bytesPerDay, minutesPerDay, storedBytes].every((limit) => limit === undefined);

/** Whether so much is stored that the MP3s of jobs that are not counted yet could reach the limit. */
const isNearlyFull = (usage: UsageRecord, { storedBytes = Infinity }: AccountLimits): boolean =>
  usage.stored_bytes >= storedBytes / 2;

export function createDayUsage(ports: DayUsagePorts): DayUsage {
  const { jobs, groupLimits, now = Date.now } = ports;
  const store = createUsageStore(ports);
  const { find, read, settled, update } = store;
  const recountIfFull = createRecount(ports, store);

  return {
    async admit(owner, size) {
      const limits = groupLimits[owner.group];
      if (isUnlimited(limits)) return;
      const at = now();
      let usage = await read(owner.id, at);
      if (limits.minutesPerDay !== undefined || isNearlyFull(usage, limits))
        usage = await settled(owner.id, at);
      requireQuota(await recountIfFull({ owner, at, size }, usage), limits, size, at);
    },

    async charge(owner, { id, size }) {
      const limits = groupLimits[owner.group];
      const at = now();
      let usage = await read(owner.id, at);
      if (!usage.pending.includes(id)) usage = await recountIfFull({ owner, at, size }, usage);
      const isLong = usage.pending.length >= PENDING_UPLOADS;
      const outcomes = isLong ? await readOutcomes(jobs, usage.pending) : new Map();
      await update(owner.id, at, usage, (current) => {
        if (current.pending.includes(id)) return undefined;
        requireQuota(current, limits, size, at);
        return addUpload(settle(current, outcomes), { id, size });
      });
    },

    async settleBeforeDeletion(job) {
      const outcome = outcomeOf(job);
      const isLimited = Object.values(groupLimits).some(({ minutesPerDay }) => minutesPerDay !== undefined);
      if (!outcome || outcome.soundMs === 0 || !isLimited) return;
      const at = now();
      const usage = await find(job.owner, at);
      if (!usage?.pending.includes(job.id)) return;
      await update(job.owner, at, usage, (current) => settle(current, new Map([[job.id, outcome]])));
    },

    async rateLimits({ id, group }) {
      const limits = groupLimits[group];
      if (limits.uploadsPerDay === undefined && limits.bytesPerDay === undefined) return [];
      const at = now();
      return rateLimitsOf(await read(id, at), limits, at);
    },

    async view({ id, group }) {
      const at = now();
      const usage = await settled(id, at);
      const limits = groupLimits[group];
      return {
        group,
        resets_at: new Date(at + untilMidnight(at)).toISOString(),
        uploads: { used: usage.uploads, limit: limits.uploadsPerDay ?? null },
        bytes: { used: usage.bytes, limit: limits.bytesPerDay ?? null },
        minutes: { used: usage.sound_ms / 60_000, limit: limits.minutesPerDay ?? null },
        stored_bytes: { used: usage.stored_bytes, limit: limits.storedBytes ?? null },
      };
    },
  };
}

/** An upload of so many bytes at a time, in milliseconds since 1970. */
type Upload = { owner: Owner; at: number; size: number };

type Recount = (upload: Upload, usage: UsageRecord) => Promise<UsageRecord>;

/** Counts what is stored again, where one more upload of the size seems to be too much. Deletions are not counted otherwise. */
function createRecount(ports: DayUsagePorts, { update }: Pick<UsageStore, 'update'>): Recount {
  const { jobs, groupLimits } = ports;
  const lately = createBoundedCache<string, true>(MAX_OWNERS, RECOUNT_MS);

  return async ({ owner: { id, group }, at, size }, usage) => {
    if (!isStoreFull(usage, groupLimits[group], size) || lately.has(id)) return usage;
    lately.set(id, true);
    const outcomes = await readOutcomes(jobs, usage.pending);
    const bytes = await countStoredBytes(id, ports);
    return update(id, at, usage, (current) => {
      // The jobs that were counted must not add their MP3s once more, and other gateways may have added uploads meanwhile.
      const since = Math.max(0, current.stored_bytes - usage.stored_bytes);
      return { ...settle(current, outcomes), stored_bytes: bytes + since };
    });
  };
}
