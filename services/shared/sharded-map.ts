import { randomUUID } from 'node:crypto';
import { readDocuments, updateDocument } from './documents.ts';
import type { StateStore } from './state.ts';

const SHARDS = Array.from({ length: 16 }, (_, number) => number.toString(16));

/** `version` is new with each `put`, so that a `remove` which was decided before it does nothing. */
export type Entry<T> = T & { id: string; version: string };

/** Small entries by UUID, in sixteen documents: all of them are read at once, without a query, and two writers seldom meet. */
export interface ShardedMap<T> {
  /** Overwrites what was put under the same ids. */
  put(values: readonly (T & { id: string })[], signal?: AbortSignal): Promise<Entry<T>[]>;
  /** A batch for each document. */
  list(signal?: AbortSignal): AsyncGenerator<Entry<T>[]>;
  /** Those that were not put again meanwhile. */
  remove(entries: readonly Pick<Entry<T>, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

export interface ShardedMapOptions<T> {
  /** The longest that an entry is needed. */
  ttlSeconds: number;
  /** What is not wanted any more is left out at the next write. All are by default. */
  isWanted?: (entry: Entry<T>) => boolean;
}

export function createShardedMap<T extends object>(
  state: StateStore,
  name: string,
  { ttlSeconds, isWanted = () => true }: ShardedMapOptions<T>,
): ShardedMap<T> {
  type Shard = Record<string, Entry<T>>;

  async function write<E extends { id: string }>(
    entries: readonly E[],
    change: (shard: Shard | undefined, entries: readonly E[]) => Shard | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const [shard, group] of Map.groupBy(entries, ({ id }) => id.slice(-1))) {
      const update = (current: Shard | undefined): Shard | undefined => {
        const changed = change(current, group);
        return changed && filtered(changed, (_, entry) => isWanted(entry));
      };
      await updateDocument<Shard>(state, `${name}:${shard}`, update, { ttlSeconds, signal });
    }
  }

  return {
    async put(values, signal) {
      const entries = values.map((value) => ({ ...value, version: randomUUID() }));
      const added = (group: readonly Entry<T>[]): Shard =>
        Object.fromEntries(group.map((entry) => [entry.id, entry]));
      await write(entries, (shard, group) => ({ ...shard, ...added(group) }), signal);
      return entries;
    },

    async *list(signal) {
      const keys = SHARDS.map((shard) => `${name}:${shard}`);
      for (const { document } of (await readDocuments<Shard>(state, keys, signal)).values()) {
        yield Object.values(document);
      }
    },

    async remove(entries, signal) {
      const gone = new Map<string, string>(entries.map(({ id, version }) => [id, version]));
      const kept = (shard: Shard | undefined) =>
        shard && filtered(shard, (id, { version }) => gone.get(id) !== version);
      await write(entries, kept, signal);
    },
  };
}

function filtered<V>(record: Record<string, V>, keep: (key: string, value: V) => boolean): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)));
}
