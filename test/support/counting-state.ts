import type { Entry, StateStore } from '../../services/shared/state/state-store.ts';

/** Wraps a store, and counts the calls to it and what they read. `reset` sets all counts to 0. */
export function countingState(state: StateStore) {
  /** `bytes` is the total, and `largest` that of the largest document that was read. */
  const cost = { calls: 0, keys: 0, bytes: 0, largest: 0 };
  const read = (entries: Iterable<Entry>) => {
    for (const { value } of entries) {
      cost.bytes += value.length;
      cost.largest = Math.max(cost.largest, value.length);
    }
  };
  const counted: StateStore = {
    ...state,
    async get(key, signal) {
      cost.calls++;
      cost.keys++;
      const entry = await state.get(key, signal);
      if (entry) read([entry]);
      return entry;
    },
    async getMany(keys, signal) {
      if (keys.length > 0) cost.calls++;
      cost.keys += keys.length;
      const entries = await state.getMany(keys, signal);
      read(entries.values());
      return entries;
    },
    put(...args) {
      cost.calls++;
      return state.put(...args);
    },
    delete(...args) {
      cost.calls++;
      return state.delete(...args);
    },
  };
  return { counted, cost, reset: () => Object.assign(cost, { calls: 0, keys: 0, bytes: 0, largest: 0 }) };
}
