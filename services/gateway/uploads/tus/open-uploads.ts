import type { StateStore } from '../../../shared/state/state-store.ts';
import { createShardedMap, type Entry } from '../../job-index/sharded-map.ts';
import { adjustCount, emptyCounts, type OwnerCounts } from '../../limits/quota.ts';
import type { UploadRecord, UploadRecords } from './upload-record.ts';

export type OpenUploadEntry = Entry<{ owner: string }>;

/** Records that are read at once. They have about 2 KB each, and 20 KB where a client sends as much metadata as it may. */
const BATCH = 200;

/** The index of uploads that are not finished, for the sweep. It is written before the record. */
export interface OpenUploads {
  add(owner: string, id: string): Promise<void>;
  remove(entries: readonly Pick<OpenUploadEntry, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
  /** Reads the entries with their records. An entry may have none. */
  read(signal?: AbortSignal): AsyncGenerator<{ entry: OpenUploadEntry; record: UploadRecord | undefined }>;
}

/** @param ttlSeconds the life of the index, which is longer than any upload in it */
export function createOpenUploads(
  state: StateStore,
  records: UploadRecords,
  ttlSeconds: number,
): OpenUploads {
  const entries = createShardedMap<{ owner: string }>(state, 'uploads', { ttlSeconds });

  return {
    async add(owner, id) {
      await entries.put([{ id, owner }]);
    },

    remove: entries.remove,

    async *read(signal) {
      for await (const listed of entries.list(signal)) {
        for (let start = 0; start < listed.length; start += BATCH) {
          const batch = listed.slice(start, start + BATCH);
          const ids = batch.map(({ id }) => id);
          const found = await records.findAll(ids, signal);
          for (const entry of batch) yield { entry, record: found.get(entry.id) };
        }
      }
    },
  };
}

/** Counts an upload that may still grow, or whose job is not saved yet. */
export function countIfOpen(counts: OwnerCounts, record: UploadRecord | undefined): void {
  if (record?.status === 'open' || record?.status === 'accepting')
    adjustCount(counts, { id: record.owner, group: record.group ?? 'user' }, 1);
}

/** Counts the unfinished uploads of each owner in the store. Throws `unavailable`. */
export async function countOpenUploads(uploads: OpenUploads): Promise<OwnerCounts> {
  const counts = emptyCounts();
  for await (const { record } of uploads.read()) countIfOpen(counts, record);
  return counts;
}
