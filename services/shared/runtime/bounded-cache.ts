import { LRUCache } from 'lru-cache';

/**
 * Keeps what was used last.
 * @param max entries
 * @param ttl for how many ms an entry counts. Default: as long as there is room.
 */
export const createBoundedCache = <Key extends {}, Value extends {}>(max: number, ttl?: number) =>
  // With `max`, lru-cache would allocate room for all entries at once: 0.4 MB and a millisecond for 10,000.
  new LRUCache<Key, Value>({ maxSize: max, sizeCalculation: () => 1, ...(ttl !== undefined && { ttl }) });
