import { randomUUID } from 'node:crypto';

export interface Entry {
  /** Printable ASCII that does not start with `$`: some stores interpret anything else. */
  value: string;
  etag: string;
}

export interface PutOptions {
  /** The key disappears after this many seconds; an update without it clears an earlier one. */
  ttlSeconds?: number;
  /** `create`: only when the key does not exist; an ETag: only when it is still the stored one. */
  when?: 'create' | { etag: string };
  signal?: AbortSignal | undefined;
}

/** A key-value store with compare-and-set and expiry: what is needed of a Dapr state component, and no more. */
export interface StateStore {
  get(key: string, signal?: AbortSignal): Promise<Entry | undefined>;
  /** Missing keys are missing from the result. */
  getMany(keys: readonly string[], signal?: AbortSignal): Promise<Map<string, Entry>>;
  /** False when `when` did not hold; throws `unavailable` when the outcome is not known. */
  put(key: string, value: string, options?: PutOptions): Promise<boolean>;
  /** Deleting what does not exist is no error. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
}

/** JSON text in printable ASCII, safe as a {@link Entry.value}. */
export function encodeDocument(document: object): string {
  return JSON.stringify(document).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The same promises in memory, for tests. Time is a parameter, so that nobody waits for an expiry. */
export function createMemoryState(now: () => number = Date.now): StateStore & { keys(): string[] } {
  const entries = new Map<string, Entry & { expires: number }>();
  const live = (key: string) => {
    const entry = entries.get(key);
    if (entry && entry.expires <= now()) entries.delete(key);
    return entries.get(key);
  };
  return {
    keys: () => [...entries.keys()].filter(live),
    async get(key, signal) {
      signal?.throwIfAborted();
      const entry = live(key);
      return entry && { value: entry.value, etag: entry.etag };
    },
    async getMany(keys, signal) {
      signal?.throwIfAborted();
      return new Map(
        keys.flatMap((key) => {
          const entry = live(key);
          return entry ? [[key, entry]] : [];
        }),
      );
    },
    async put(key, value, { ttlSeconds, when, signal } = {}) {
      signal?.throwIfAborted();
      const current = live(key);
      if (when === 'create' && current) return false;
      if (typeof when === 'object' && current?.etag !== when.etag) return false;
      const expires = ttlSeconds === undefined ? Number.POSITIVE_INFINITY : now() + ttlSeconds * 1000;
      entries.set(key, { value, etag: randomUUID(), expires });
      return true;
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}
