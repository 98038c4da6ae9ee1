/** What an owner has used on one day, as it is stored. A day begins at midnight UTC. */
export interface UsageRecord {
  /** Uploads that were accepted as jobs. */
  uploads: number;
  /** Their bytes. */
  bytes: number;
  /** Milliseconds of sound that were made of them, as far as their jobs are settled. */
  sound_ms: number;
  /** At most so many bytes are stored. Deletions are not subtracted until the jobs are counted again. */
  stored_bytes: number;
  /** The jobs whose sound is not counted yet, the oldest first. */
  pending: string[];
}

/** Longer than the day, so that the next day begins with what was stored. */
export const USAGE_SECONDS = 2 * 24 * 3600;

/** The most jobs that wait to be settled. The sound of older ones is not counted. */
const MAX_PENDING = 500;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The owner is the id of a user, which auth has made. */
export const usageKey = (owner: string, day: string): string => `usage:${owner}:${day}`;

/** Milliseconds until the day ends. */
export const untilMidnight = (ms: number): number => {
  const dayMs = 24 * 3600_000;
  return dayMs - (ms % dayMs);
};

export const emptyUsage = (storedBytes: number): UsageRecord => ({
  uploads: 0,
  bytes: 0,
  sound_ms: 0,
  stored_bytes: storedBytes,
  pending: [],
});

/** Counts an upload. Whoever calls it has made sure that it was not counted. */
export const addUpload = (usage: UsageRecord, { id, size }: { id: string; size: number }): UsageRecord => ({
  ...usage,
  uploads: usage.uploads + 1,
  bytes: usage.bytes + size,
  stored_bytes: usage.stored_bytes + size,
  pending: [...usage.pending, id].slice(-MAX_PENDING),
});

/** What a job that has ended has cost. */
export interface Outcome {
  soundMs: number;
  mp3Bytes: number;
}

/** Counts the outcomes of jobs, each of them once: a job that is not pending any more was counted. */
export function settle(usage: UsageRecord, outcomes: ReadonlyMap<string, Outcome>): UsageRecord {
  const settled = usage.pending.flatMap((id) => outcomes.get(id) ?? []);
  if (settled.length === 0) return usage;
  return {
    ...usage,
    sound_ms: usage.sound_ms + settled.reduce((sum, { soundMs }) => sum + soundMs, 0),
    stored_bytes: usage.stored_bytes + settled.reduce((sum, { mp3Bytes }) => sum + mp3Bytes, 0),
    pending: usage.pending.filter((id) => !outcomes.has(id)),
  };
}
