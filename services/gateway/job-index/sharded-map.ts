import { randomUUID } from 'node:crypto';
import { type ListPart, readShards } from '../../shared/job-index/read-shards.ts';
import { createShard, type Entry } from '../../shared/job-index/shard.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { ShardWriter, type ShardWriterOptions } from './write-shards.ts';

/** The most entries of one document, about 50 kB. A sidecar accepts 4 MiB in a request. */
const MAX_ENTRIES = 250;

export type { ListPart } from '../../shared/job-index/read-shards.ts';
export type { Entry } from '../../shared/job-index/shard.ts';

/**
 * A map of small entries by UUID, on any state store. There are sixteen documents, by the last digit of the id, and a full
 * document is split by the next digit. So all entries can be read without a query, no document grows without bound, and two
 * writers seldom conflict.
 */
export interface ShardedMap<T> {
  /** Adds or replaces entries. When a document cannot be written, the others are written all the same, and then it throws. */
  put(values: readonly (T & { id: string })[], signal?: AbortSignal): Promise<Entry<T>[]>;
  /**
   * Reads the entries in batches, as they are asked for, ordered by the digits of the ids from the last to the first. An entry
   * that exists all the time comes exactly once. With an id as `after`, the list continues behind it in that order.
   */
  list(signal?: AbortSignal, after?: string): AsyncGenerator<Entry<T>[]>;
  /** The same list, for a reader that bounds how much it reads and continues later. */
  listParts(signal?: AbortSignal, after?: string): AsyncGenerator<ListPart<T>>;
  /** Removes the entries that were not put again meanwhile. */
  remove(entries: readonly Pick<Entry<T>, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

export type ShardedMapOptions<T> = Pick<ShardWriterOptions<T>, 'ttlSeconds'> & Partial<ShardWriterOptions<T>>;

export function createShardedMap<T extends object>(
  state: StateStore,
  name: string,
  { ttlSeconds, isWanted = () => true, maxEntries = MAX_ENTRIES }: ShardedMapOptions<T>,
): ShardedMap<T> {
  const writer = new ShardWriter<T>(state, name, { ttlSeconds, isWanted, maxEntries });

  return {
    async put(values, signal) {
      const entries = values.map((value) => ({ ...value, version: randomUUID() }));
      await writer.write(entries, (shard, added) => ({ ...shard, ...createShard(added) }), signal);
      return entries;
    },

    async *list(signal, after) {
      for await (const { entries } of readShards<T>(state, name, after, signal))
        if (entries.length > 0) yield entries;
    },

    listParts: (signal, after) => readShards<T>(state, name, after, signal),

    async remove(entries, signal) {
      await writer.write(
        entries,
        (shard, gone) => {
          const stale = gone.filter(({ id, version }) => shard[id]?.version === version);
          if (stale.length === 0) return undefined;
          const kept = { ...shard };
          for (const { id } of stale) delete kept[id];
          return kept;
        },
        signal,
      );
    },
  };
}
