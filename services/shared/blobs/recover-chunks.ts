import type { Checkpoint } from './append.ts';
import { readTail } from './append-blob.ts';
import { CHUNK_BYTES, chunkKey } from './chunks.ts';
import { isComplete, readManifest } from './manifest.ts';
import { openHash } from './running-hash.ts';
import { savesOf } from './saves.ts';
import type { WritePorts } from './write-blob.ts';

/** Chunks that one call recovers at most. There are more only where the store has taken chunks for seconds, and no checkpoint. */
const MAX_CHUNKS = 64;

export interface RecoverOptions {
  /** As in `append`. */
  expires: Date;
  /** Bytes that the blob has at the most. */
  maxBytes: number;
}

/** See `BlobStore.recover`. */
export async function recoverChunks(
  ports: WritePorts,
  id: string,
  from: Checkpoint,
  { expires, maxBytes }: RecoverOptions,
): Promise<Checkpoint> {
  const { state, permits } = ports;
  const first = Math.floor(from.offset / CHUNK_BYTES);
  const end = Math.min(first + MAX_CHUNKS, Math.floor(maxBytes / CHUNK_BYTES));
  const saves = savesOf(state, id, expires);
  let found: Awaited<ReturnType<typeof openFound>> | undefined;
  let offset = from.offset;
  for (let index = first; index < end; index++) {
    const chunk = await state.getBytes(chunkKey(id, index));
    if (chunk?.length !== CHUNK_BYTES) break;
    found ??= await openFound(ports, id, from);
    if (index >= found.reserved) break;
    // The tail is acknowledged already. A chunk with other bytes in its place is one of another file.
    if (index === first && !found.tail.equals(chunk.subarray(0, found.tail.length))) break;
    // Nobody has seen the end of the first put. Only a put that has succeeded promises that the chunk stays.
    await permits.run(() => saves.putChunk(index, chunk));
    found.hash.update(chunk.subarray(offset % CHUNK_BYTES));
    offset = (index + 1) * CHUNK_BYTES;
  }
  return found && offset > from.offset ? { offset, hash: found.hash.save(), tail: null } : from;
}

/** What is needed once there is a chunk behind the checkpoint, which is seldom. */
async function openFound({ state }: WritePorts, id: string, from: Checkpoint) {
  const manifest = await readManifest(state, id);
  const reserved = manifest && !isComplete(manifest) ? manifest.reserved : 0;
  // The tail of a complete blob is deleted.
  const tail = reserved > 0 ? await readTail(state, id, from) : Buffer.alloc(0);
  return { reserved, tail, hash: await openHash(from.hash) };
}
