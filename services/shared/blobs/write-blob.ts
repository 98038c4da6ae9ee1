import { createHash } from 'node:crypto';
import { anySignal } from '../runtime/abort-signals.ts';
import { abortable } from '../runtime/abortable.ts';
import { type BufferPool, lend } from '../runtime/buffer-pool.ts';
import { isAppError } from '../runtime/errors.ts';
import type { Semaphore } from '../runtime/semaphore.ts';
import type { StateStore } from '../state/state-store.ts';
import { CHUNK_BYTES, deleteChunks, IN_FLIGHT, rechunk, untilAborted } from './chunks.ts';
import { type Attachment, deleteManifest, requireSmall } from './manifest.ts';
import { createPutsInFlight, type PutsInFlight } from './puts-in-flight.ts';
import { savesOf } from './saves.ts';

/** The cleanup after a failed write gets this long. */
export const CLEANUP_MS = 2_000;
/**
 * The number of chunks that the first manifest reserves. When they are used up, a manifest that reserves twice as many
 * replaces it.
 */
export const FIRST_RESERVATION = 64;

export interface Blob {
  id: string;
  /** Bytes. */
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

export interface WriteOptions {
  /** When the job of the blob expires. The blob is kept a little longer. */
  expires: Date;
  /**
   * Is called once all bytes are stored, and before the blob exists. What it returns is kept with the blob, in 16 KiB of JSON at
   * most. Where it throws, so does the write.
   */
  attach?: (() => Promise<Attachment>) | undefined;
  signal?: AbortSignal | undefined;
}

export interface WritePorts {
  state: StateStore;
  pool: BufferPool;
  /** Bounds the puts of all writes together. */
  permits: Semaphore;
}

/** See `BlobStore.write`. */
export async function writeBlob(
  { state, pool, permits }: WritePorts,
  id: string,
  source: AsyncIterable<Uint8Array>,
  { expires, attach, signal }: WriteOptions,
): Promise<Blob> {
  const saves = savesOf(state, id, expires);
  const puts = createPutsInFlight(permits, IN_FLIGHT);
  const stopSignal = anySignal(signal, puts.failedSignal);
  const hash = createHash('sha256');
  let size = 0;
  let count = 0;
  let reserved = 0;
  try {
    for await (const chunk of rechunk(untilAborted(source, stopSignal), pool)) {
      if (count === reserved) {
        reserved = Math.max(FIRST_RESERVATION, 2 * reserved);
        await puts.watch(saves.putManifest({ reserved }));
      }
      hash.update(chunk);
      size += chunk.length;
      const put = () => lend(pool, chunk, (giveBack) => saves.putChunk(count++, chunk, giveBack));
      await puts.add(put, stopSignal);
    }
    await puts.settled();
    stopSignal.throwIfAborted();
    const sha256 = hash.digest('hex');
    const attached = await attachmentOf(attach, stopSignal);
    await puts.watch(saves.putManifest({ size, sha256, chunk_size: CHUNK_BYTES, ...attached }));
    return { id, size, sha256 };
  } catch (thrown) {
    await puts.settled();
    // A failed put matters more than the error beside it, because the put may still arrive.
    const error: unknown = puts.failedSignal.aborted ? puts.failedSignal.reason : thrown;
    const restoreManifest = async () => {
      if (reserved > 0) await saves.putManifest({ reserved });
    };
    await discard({ state, id, count, error, puts, restoreManifest });
    throw error;
  }
}

/**
 * Throws `internal` for an attachment that is too large, what `attach` throws, and the signal's reason as soon as it is
 * aborted.
 */
async function attachmentOf(
  attach: WriteOptions['attach'],
  signal: AbortSignal,
): Promise<{ attachment?: Attachment }> {
  if (!attach) return {};
  const attachment = await abortable(attach(), signal);
  requireSmall(attachment);
  return { attachment };
}

interface FailedWrite {
  state: StateStore;
  id: string;
  /** The number of chunks whose put has begun. */
  count: number;
  error: unknown;
  puts: PutsInFlight;
  /** Stores the manifest that reserves the chunks again. */
  restoreManifest: () => Promise<void>;
}

/** Deletes what a failed write has stored. Throws both errors where that fails too. */
async function discard({ state, id, count, error, puts, restoreManifest }: FailedWrite): Promise<void> {
  // The caller's signal is not used here, because its abort may be the reason for the failure.
  const deadlineSignal = AbortSignal.timeout(CLEANUP_MS);
  const hasFailedPut = puts.failedSignal.aborted;
  try {
    // A sweep that considered this upload dead may have deleted the manifest. Without it, nobody would find chunks that we
    // fail to delete.
    if (!hasFailedPut) await restoreManifest();
    await deleteChunks(state, id, { end: count }, deadlineSignal);
    // A put whose outcome is unknown may still arrive. Then the manifest has to stay, because it names the chunk.
    if (!(hasFailedPut && isAppError(error, 'unavailable'))) await deleteManifest(state, id, deadlineSignal);
  } catch (cause) {
    throw new AggregateError([error, cause], 'the write failed, and so did the deletion of its chunks');
  }
}
