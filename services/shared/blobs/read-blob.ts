import { createHash } from 'node:crypto';
import type { BufferPool } from '../runtime/buffer-pool.ts';
import { AppError } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import { readChunks } from './chunks.ts';
import { readCompleteManifest } from './manifest.ts';

export interface ReadOptions {
  /** The first and the last byte, both included, as in an HTTP range. The whole blob by default. */
  start?: number;
  end?: number;
  signal?: AbortSignal | undefined;
}

interface ReadPorts {
  state: StateStore;
  /** Where there is a pool, the memory of a part is used again as soon as the next part is asked for. */
  pool?: BufferPool;
  /** Whether nobody waits for the bytes any more. */
  isAbandoned?: () => boolean;
}

/**
 * Yields the bytes of a blob in order. At the end of a full read, and only then, it compares the sha256.
 * Throws `not_found` where there is no complete blob, and `internal` where the blob is damaged.
 */
export async function* readBlob(
  { state, pool, isAbandoned = () => false }: ReadPorts,
  id: string,
  { start = 0, end, signal }: ReadOptions,
): AsyncGenerator<Buffer> {
  const manifest = await readCompleteManifest(state, id, signal);
  if (isAbandoned()) return;
  if (!manifest) throw new AppError('not_found', 'this file does not exist any more');
  const { size, sha256, chunk_size } = manifest;
  const last = Math.min(end ?? size - 1, size - 1);
  const isFullRead = start === 0 && last === size - 1;
  const hash = createHash('sha256');
  let sent = 0;
  for await (const { index, chunk } of readChunks(
    { state, pool, signal },
    { id, chunkSize: chunk_size, first: start, last },
  )) {
    const offset = index * chunk_size;
    const part = chunk.subarray(Math.max(0, start - offset), last - offset + 1);
    if (isFullRead) hash.update(part);
    sent += part.length;
    yield part;
  }
  if (sent !== Math.max(0, last - start + 1) || (isFullRead && hash.digest('hex') !== sha256)) {
    throw new AppError('internal', `blob ${id} is damaged`);
  }
}
