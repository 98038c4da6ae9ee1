import { randomUUID } from 'node:crypto';
import type { Entry, StateStore } from './state-store.ts';

/** A store in memory, for tests. `now` returns the time in ms, so that a test need not wait for keys to expire. */
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
      const value = bytes.toString('base64');
      options?.onEncoded?.();
      await this.put(key, value, options);
    },
    async delete(key, signal) {
      signal?.throwIfAborted();
      entries.delete(key);
    },
  };
}
