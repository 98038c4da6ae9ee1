import { backoffMs } from '../runtime/backoff.ts';
import { delay } from '../runtime/delay.ts';
import { unavailable } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import { CHUNK_BYTES, chunkKey } from './chunks.ts';

export interface GrowingBlob {
  id: string;
  /** Bytes that the blob will have. */
  size: number;
}

export interface ReadGrowingOptions {
  signal: AbortSignal;
  /** Milliseconds without a new chunk after which the read gives up. */
  silenceMs: number;
  /** Milliseconds. Pauses between two looks for the same chunk double from the first to the longest. */
  firstPauseMs?: number;
  maxPauseMs?: number;
}

/**
 * Yields the chunks of a blob while they are being stored, each as soon as it is seen. Nobody has promised that they stay: compare
 * the hash of what was read with that of the blob, once it is complete. Throws `unavailable` when no chunk comes for too long, or
 * one has another length than the size says.
 */
export async function* readGrowingBlob(
  state: StateStore,
  { id, size }: GrowingBlob,
  { signal, silenceMs, firstPauseMs = 100, maxPauseMs = 500 }: ReadGrowingOptions,
): AsyncGenerator<Buffer> {
  for (let index = 0; index * CHUNK_BYTES < size; index++) {
    const end = performance.now() + silenceMs;
    let chunk = await state.getBytes(chunkKey(id, index), signal);
    for (let looks = 1; chunk === undefined; looks++) {
      if (performance.now() >= end) throw unavailable(`chunk ${index} of an upload`);
      await delay(backoffMs(looks, { firstMs: firstPauseMs, maxMs: maxPauseMs }), signal);
      chunk = await state.getBytes(chunkKey(id, index), signal);
    }
    if (chunk.length !== Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES))
      throw unavailable(`chunk ${index} of an upload`);
    yield chunk;
  }
}
