import { AssertionError } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { retry } from '../runtime/retry.ts';
import { assertKeepsBytes } from '../state/keeps-bytes.ts';
import type { StateStore } from '../state/state-store.ts';
import type { DaprState } from './dapr-state-store.ts';

/** The store, or the gRPC API, has failed the trial this often in a row before base64 stays. */
const MAX_ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/** Why bytes are saved in base64. */
export class RawBytesRefused extends Error {}

/**
 * Tries whether the store gives every byte back that is saved as it is, and saves bytes so from then on. Throws
 * {@link RawBytesRefused} where it does not, and `unavailable` where the store does not answer, which says nothing about it.
 */
export async function useRawBytes(state: DaprState, signal: AbortSignal, pauseMs = PAUSE_MS): Promise<void> {
  const raw = state.encodingBytes('raw');
  const base64 = state.encodingBytes('base64');
  if (!raw || !base64) throw new RawBytesRefused('the sidecar has no gRPC port');
  const attempt = () =>
    assertKeepsBytes(raw, signal).catch(async (error: unknown) => {
      signal.throwIfAborted();
      // The store itself may be unavailable.
      if (!(error instanceof AssertionError)) await putScratch(base64, signal);
      throw new RawBytesRefused(describe(error), { cause: error });
    });
  const isRetryable = (error: unknown) => error instanceof RawBytesRefused;
  await retry(attempt, { maxAttempts: MAX_ATTEMPTS, pauseMs, signal, isRetryable });
  state.encodeBytes('raw');
}

async function putScratch(state: StateStore, signal: AbortSignal): Promise<void> {
  const key = `scratch:${randomUUID()}`;
  await state.putBytes(key, Buffer.of(1), { ttlSeconds: 120, signal });
  await state.delete(key, signal);
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
