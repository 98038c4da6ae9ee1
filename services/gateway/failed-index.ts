import { randomUUID } from 'node:crypto';
import { readDocuments, updateDocument } from '../shared/documents.ts';
import type { Job } from '../shared/jobs.ts';
import type { StateStore } from '../shared/state.ts';

const SHARDS = Array.from({ length: 16 }, (_, number) => number.toString(16));

interface Entry {
  expires_at: string;
  /** New with each `add`, so that a `remove` which was decided before it does nothing. */
  added: string;
}
type Shard = Record<string, Entry>;

export interface FailedJob {
  id: string;
  added: string;
}

/** Which jobs have failed, of all owners: the dead letters, on any state store. An entry without a failed job is harmless. */
export interface FailedIndex {
  /** Called before the job leaves the index of open jobs. */
  add(jobs: readonly Pick<Job, 'id' | 'expires_at'>[], signal?: AbortSignal): Promise<void>;
  list(signal?: AbortSignal): AsyncGenerator<FailedJob[]>;
  /** Those entries that were not added again meanwhile. */
  remove(entries: readonly FailedJob[], signal?: AbortSignal): Promise<void>;
}

/** `ttlSeconds`: the longest that a job is kept. */
export function createFailedIndex(state: StateStore, ttlSeconds: number): FailedIndex {
  const shardKey = (id: string) => `failed:${id.slice(-1)}`;

  /** Adds and leaves out, and drops at each write what has expired. */
  async function write(
    key: string,
    change: (shard: Shard) => Shard,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const update = (shard: Shard = {}): Shard => {
      const now = Date.now();
      return Object.fromEntries(
        Object.entries(change(shard)).filter(([, { expires_at }]) => Date.parse(expires_at) > now),
      );
    };
    await updateDocument<Shard>(state, key, update, { ttlSeconds, signal });
  }

  return {
    async add(jobs, signal) {
      for (const [key, group] of Map.groupBy(jobs, ({ id }) => shardKey(id))) {
        const entries = group.map(({ id, expires_at }) => [id, { expires_at, added: randomUUID() }]);
        await write(key, (shard) => ({ ...shard, ...Object.fromEntries(entries) }), signal);
      }
    },

    async *list(signal) {
      const keys = SHARDS.map((shard) => `failed:${shard}`);
      const shards = await readDocuments<Shard>(state, keys, signal);
      for (const { document } of shards.values()) {
        yield Object.entries(document).map(([id, { added }]) => ({ id, added }));
      }
    },

    async remove(entries, signal) {
      for (const [key, group] of Map.groupBy(entries, ({ id }) => shardKey(id))) {
        const gone = new Map(group.map(({ id, added }) => [id, added]));
        const kept = (shard: Shard): Shard =>
          Object.fromEntries(Object.entries(shard).filter(([id, { added }]) => gone.get(id) !== added));
        await write(key, kept, signal);
      }
    },
  };
}
