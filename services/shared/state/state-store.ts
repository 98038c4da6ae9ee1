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
  /** For bulk: no compare-and-set, no string on the way. May use `target`'s memory for what it returns. */
  getBytes(key: string, signal?: AbortSignal, target?: Buffer): Promise<Buffer | undefined>;
  /** `bytes` may be reused once this has resolved. */
  putBytes(key: string, bytes: Buffer, options?: Omit<PutOptions, 'when'>): Promise<void>;
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
  const live = (key: string): Entry | undefined => {
    const found = entries.get(key);
    if (!found) return undefined;
    const { expires, ...entry } = found;
    if (expires > now()) return entry;
    entries.delete(key);
    return undefined;
  };
  return {
    keys: () => [...entries.keys()].filter(live),
    async get(key, signal) {
      signal?.throwIfAborted();
      return live(key);
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
    async getBytes(key, signal) {
      const entry = await this.get(key, signal);
      return entry && Buffer.from(entry.value, 'base64');
    },
    async putBytes(key, bytes, options) {
      await this.put(key, bytes.toString('base64'), options);
    },
    async delete(key, signal) {
      signal?.throwIfAborted();
      entries.delete(key);
    },
  };
}
