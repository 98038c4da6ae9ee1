import { createSemaphore, type Semaphore } from '../runtime/semaphore.ts';
import type { StateStore } from './state-store.ts';

interface Turns {
  semaphore: Semaphore;
  /** The updates that wait or work. */
  updates: number;
}

const turnsOf = new WeakMap<StateStore, Map<string, Turns>>();

/**
 * Does the work when all updates of the same key that came before are over. The updates of one process would otherwise make each other
 * fail and try again, and fifty uploads of one user took ten seconds. Rejects with the signal's reason while it waits.
 */
export async function inTurn<T>(
  state: StateStore,
  key: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const keys = turnsOf.get(state) ?? new Map<string, Turns>();
  turnsOf.set(state, keys);
  const turns = keys.get(key) ?? { semaphore: createSemaphore(1), updates: 0 };
  keys.set(key, turns);
  turns.updates++;
  try {
    return await turns.semaphore.run(work, signal);
  } finally {
    turns.updates--;
    if (turns.updates === 0) keys.delete(key);
  }
}
