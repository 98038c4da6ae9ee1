import type { StateStore } from '../../services/shared/state/state-store.ts';

/** Is called in place of each operation, which it may call. The operation rejects with what it throws. */
export type Fault = (operate: () => Promise<unknown>) => Promise<unknown>;

/** Does every operation of a store by `fault`, in the order in which they begin. */
export function faultyState(state: StateStore, fault: Fault): StateStore {
  const by = <T>(operate: () => Promise<T>): Promise<T> => fault(operate) as Promise<T>;
  return {
    get: (...args) => by(() => state.get(...args)),
    getMany: (...args) => by(() => state.getMany(...args)),
    put: (...args) => by(() => state.put(...args)),
    getBytes: (...args) => by(() => state.getBytes(...args)),
    putBytes: (...args) => by(() => state.putBytes(...args)),
    delete: (...args) => by(() => state.delete(...args)),
  };
}
