import { randomUUID } from 'node:crypto';
import type { StateStore } from '../../shared/state/state-store.ts';
import { type ListPart, readShards } from './read-shards.ts';
import { type Entry, shardOf } from './shard.ts';
import { createShardWriter, type ShardWriterOptions } from './write-shards.ts';

/** Entries of one document. About 50 kB for what is kept here, far below the 4 MiB that a sidecar takes in a request. */
const MOST_ENTRIES = 250;

export type { ListPart } from './read-shards.ts';
export type { Entry } from './shard.ts';

/**
 * Small entries by UUID, in any state store: sixteen documents by the last digit of the id, each of which is split by the next
 * digit when it is full. All of them can be read without a query, no document grows without bound, and two writers seldom meet.
 */
export interface ShardedMap<T> {
  /** Overwrites what was put under the same ids. Where a document cannot be written the others are, and then it throws. */
  put(values: readonly (T & { id: string })[], signal?: AbortSignal): Promise<Entry<T>[]>;
  /**
   * In batches, ordered by the digits of the ids from the last to the first, and read as they are asked for: nothing that is
   * there all the time is missed or comes twice. `after` is an id, and gives those that follow it in that order.
   */
  list(signal?: AbortSignal, after?: string): AsyncGenerator<Entry<T>[]>;
  /** The same for a reader that bounds how much it reads, and goes on later. */
  listParts(signal?: AbortSignal, after?: string): AsyncGenerator<ListPart<T>>;
  /** Those that were not put again meanwhile. */
  remove(entries: readonly Pick<Entry<T>, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

export type ShardedMapOptions<T> = Pick<ShardWriterOptions<T>, 'ttlSeconds'> & Partial<ShardWriterOptions<T>>;

export function createShardedMap<T extends object>(
  state: StateStore,
  name: string,
  { ttlSeconds, isWanted = () => true, most = MOST_ENTRIES }: ShardedMapOptions<T>,
): ShardedMap<T> {
  const writer = createShardWriter<T>(state, name, { ttlSeconds, isWanted, most });

  return {
    async put(values, signal) {
      const entries = values.map((value) => ({ ...value, version: randomUUID() }));
      await writer.write(entries, (shard, added) => ({ ...shard, ...shardOf(added) }), signal);
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
