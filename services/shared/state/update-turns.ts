import { createSemaphore, type Semaphore } from '../runtime/semaphore.ts';
import type { StateStore } from './state-store.ts';

/** An update that has waited for this long runs without its turn, because the update before it may be stuck in a store that does not answer. */
const MAX_WAIT_MS = 1_000;

interface Turns {
  semaphore: Semaphore;
  /** The updates that wait or work. */
  updates: number;
}

const turnsOf = new WeakMap<StateStore, Map<string, Turns>>();

class WaitedLongEnough extends Error {}

/**
 * Does the work when the earlier updates of the same key are over, or after {@link MAX_WAIT_MS}. Without this, concurrent updates of one
 * process cause conflicts, and each conflict costs another attempt. Documents stay correct without it, because each save is a
 * compare-and-set. Rejects with the signal's reason if the signal is aborted during the wait.
 */
export async function inTurn<T>(
  state: StateStore,
  key: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const keys = turnsOf.get(state) ?? new Map<string, Turns>();
  turnsOf.set(state, keys);
  const turns = keys.get(key) ?? { semaphore: createTurn(), updates: 0 };
  keys.set(key, turns);
  turns.updates++;
  let hasTurn = false;
  try {
    hasTurn = await isOurTurn(turns.semaphore, signal);
    return await work();
  } finally {
    if (hasTurn) turns.semaphore.release();
    turns.updates--;
    if (turns.updates === 0) keys.delete(key);
  }
}

const createTurn = (): Semaphore =>
  createSemaphore(1, { maxWaiting: Infinity, maxWaitMs: MAX_WAIT_MS, full: () => new WaitedLongEnough() });

/** Returns false where the wait was too long. */
async function isOurTurn(turn: Semaphore, signal?: AbortSignal): Promise<boolean> {
  try {
    await turn.acquire(signal);
    return true;
  } catch (error) {
    if (error instanceof WaitedLongEnough) return false;
    throw error;
  }
}
