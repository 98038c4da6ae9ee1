import type { StateStore } from '../../../services/shared/state/state-store.ts';

/** Runs instead of a call of the store, such as `put job:1`, and may make the call with `call`. `signal` aborts a save. */
export type Intercept = <T>(what: string, call: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** A state store that passes each call to `on.call`, which may delay it, fail it or make it. */
export function createInterceptedStore(state: StateStore, on: { call: Intercept }): StateStore {
  return {
    get: (key, signal) => on.call(`get ${key}`, () => state.get(key, signal)),
    getMany: (keys, signal) => on.call(`getMany ${keys[0]}`, () => state.getMany(keys, signal)),
    put: (key, value, options) =>
      on.call(`put ${key}`, () => state.put(key, value, options), options?.signal),
    getBytes: (key, ...rest) => on.call(`getBytes ${key}`, () => state.getBytes(key, ...rest)),
    putBytes: (key, ...rest) => on.call(`putBytes ${key}`, () => state.putBytes(key, ...rest)),
    delete: (key, signal) => on.call(`delete ${key}`, () => state.delete(key, signal)),
  };
}
