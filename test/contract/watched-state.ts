import type { PutOptions, StateStore } from '../../services/shared/state/state-store.ts';

/** A store that records its calls, and that a test can make fail, wait or lose a response. */
export interface WatchedState extends StateStore {
  puts: { key: string; ttlSeconds: number | undefined }[];
  gets: number;
  /** The largest number of puts that were in flight at the same time. */
  mostPuts: number;
  /** Is called in place of each put, which it may call. The put rejects with what it throws. */
  onPut: (key: string, put: () => Promise<void>) => Promise<void>;
  /** Is called in the same way in place of each delete. */
  onDelete: (key: string, remove: () => Promise<void>) => Promise<void>;
  /** Those of the keys that were put that are still in the store. */
  remaining(): Promise<string[]>;
}

export function watched(state: StateStore): WatchedState {
  let underWay = 0;
  const ofBytes = new Set<string>();

  async function watchedPut<T>(
    key: string,
    options: PutOptions | undefined,
    put: () => Promise<T>,
  ): Promise<T> {
    watch.puts.push({ key, ttlSeconds: options?.ttlSeconds });
    watch.mostPuts = Math.max(watch.mostPuts, ++underWay);
    const done: T[] = [];
    await watch.onPut(key, async () => void done.push(await put())).finally(() => underWay--);
    return done[0] as T;
  }

  const watch: WatchedState = {
    puts: [],
    gets: 0,
    mostPuts: 0,
    onPut: (_key, put) => put(),
    onDelete: (_key, remove) => remove(),
    get(key, signal) {
      watch.gets++;
      return state.get(key, signal);
    },
    getBytes(key, signal, target) {
      watch.gets++;
      return state.getBytes(key, signal, target);
    },
    getMany: (keys, signal) => state.getMany(keys, signal),
    put: (key, value, options) => watchedPut(key, options, () => state.put(key, value, options)),
    putBytes(key, bytes, options) {
      ofBytes.add(key);
      return watchedPut(key, options, () => state.putBytes(key, bytes, options));
    },
    delete: (key, signal) => watch.onDelete(key, () => state.delete(key, signal)),
    async remaining() {
      const keys = new Set(watch.puts.map(({ key }) => key));
      const documents = await state.getMany([...keys.difference(ofBytes)]);
      const found = new Set(documents.keys());
      for (const key of ofBytes) if (await state.getBytes(key)) found.add(key);
      return [...keys.intersection(found)];
    },
  };
  return watch;
}
