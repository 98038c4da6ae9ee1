import { AssertionError } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { COMPONENTS } from '../dapr/names.ts';
import { delay } from '../runtime/delay.ts';
import { retry } from '../runtime/retry.ts';
import { StartupRefusal } from '../runtime/startup-check.ts';
import type { StateStore } from './state-store.ts';
import { type Scratch, STORE_PROMISES, type StorePromise } from './store-promises.ts';

/**
 * A promise is broken when its check fails this often in a row. One failure may be an accident: the Redis component, for
 * one, reports a lost connection as a conflict.
 */
const MAX_ATTEMPTS = 3;

interface Times {
  /** Milliseconds between two attempts. */
  pauseMs: number;
  /** A key may exist this many milliseconds longer than its TTL. */
  expiryMs: number;
}
const TIMES: Times = { pauseMs: 1_000, expiryMs: 15_000 };

/**
 * Checks on scratch keys whether the store keeps its promises, because a component does not always do what it advertises.
 * Resolves within seconds for a store that does. Throws {@link StartupRefusal} with the promises that the store breaks, and
 * `unavailable` where the store does not answer.
 */
export async function checkConformance(
  state: StateStore,
  signal: AbortSignal,
  times: Times = TIMES,
): Promise<void> {
  // When one check finds that the store is unavailable, the other checks end too.
  const failed = new AbortController();
  const stopSignal = AbortSignal.any([signal, failed.signal]);
  const broken = await Promise.all(
    STORE_PROMISES.map(async (promise) =>
      (await isKept(promise, state, times, stopSignal)) ? [] : [promise.name],
    ),
  ).catch((error: unknown) => {
    failed.abort(error);
    throw error;
  });
  const names = broken.flat();
  if (names.length > 0)
    throw new StartupRefusal(`the component «${COMPONENTS.state}» does not ${names.join('; nor does it ')}`);
}

const isBroken = (error: unknown): boolean => error instanceof AssertionError;

function isKept(
  { check }: StorePromise,
  state: StateStore,
  { pauseMs, expiryMs }: Times,
  signal: AbortSignal,
): Promise<boolean> {
  const wait = (ms: number) => delay(ms, signal);
  const attempt = async () => {
    const key = `scratch:${randomUUID()}`;
    await checkOnce(check, { state, key, expiryMs, wait, signal }).finally(() => state.delete(key, signal));
    return true;
  };
  return retry(attempt, { maxAttempts: MAX_ATTEMPTS, pauseMs, signal, isRetryable: isBroken }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      if (isBroken(error)) return false;
      throw error;
    },
  );
}

/**
 * Checks one promise once. An error of the store counts as a broken promise if the store still answers afterwards, for
 * example when it refuses a value.
 */
async function checkOnce(check: StorePromise['check'], scratch: Scratch): Promise<void> {
  const { state, signal } = scratch;
  try {
    await check(scratch);
  } catch (error) {
    signal.throwIfAborted();
    if (isBroken(error) || !(await isAnswering(state, signal))) throw error;
    throw new AssertionError({ message: String(error) });
  }
}

const isAnswering = (state: StateStore, signal: AbortSignal): Promise<boolean> =>
  state.get(`scratch:${randomUUID()}`, signal).then(
    () => true,
    () => false,
  );
