import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { anySignal } from '../runtime/abort-signals.ts';
import { type BufferPool, createBufferPool } from '../runtime/buffer-pool.ts';
import { AppError, isAppError } from '../runtime/errors.ts';
import { createSemaphore } from '../runtime/semaphore.ts';
import { encodeDocument, type StateStore } from '../state/state-store.ts';
import {
  CHUNK_BYTES,
  chunkKey,
  deleteChunks,
  IN_FLIGHT,
  readChunks,
  rechunk,
  untilAborted,
} from './chunks.ts';

const CLEANUP_MS = 2_000;
/** A manifest outlives its job by this, and the chunks their manifest: a reader that began in time can finish. */
const GRACE_SECONDS = 600;
/** Chunks of all blobs that are saved at a time: memory does not grow with the number of writes. */
const MAX_SAVES = 16;
/** Chunks that are announced before the first is written; doubles when they are used up. */
const FIRST_RESERVATION = 64;

const completeManifest = z.object({
  size: z.number().int().nonnegative(),
  sha256: z.string(),
  chunk_size: z.number().int().positive(),
});
/** Written before the chunks: whatever dies, the blob's id is enough to delete what there may be of it. */
const unfinishedManifest = z.object({ reserved: z.number().int().positive() });
type Manifest = z.infer<typeof completeManifest> | z.infer<typeof unfinishedManifest>;
const manifestSchema: z.ZodType<Manifest> = z.union([completeManifest, unfinishedManifest]);

export interface Blob {
  id: string;
  /** bytes */
  size: number;
  /** lower-case hexadecimal */
  sha256: string;
}

export interface WriteOptions {
  /** Of the job that the blob belongs to; it is kept a little longer. */
  expires: Date;
  signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  /** First and last byte, both included, as in an HTTP range. The whole blob by default. */
  start?: number;
  end?: number;
  signal?: AbortSignal | undefined;
}

export interface BlobStore {
  /**
   * Stores all of `source` under an id that was never used, or nothing: on a failure, the source's own included, what was
   * written is deleted. Where the store itself fails, `delete` finds later what is left.
   */
  write(id: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Blob>;
  /** Undefined when there is no such blob (any more), or not all of it. */
  stat(id: string, signal?: AbortSignal): Promise<Blob | undefined>;
  /** A full read fails at its end unless size and sha256 are those that were written. */
  read(id: string, options?: ReadOptions): Readable;
  /** Hands the whole blob to `write` in order, with the same checks. A part's memory is used again once `write` has resolved. */
  copy(id: string, write: (part: Buffer) => Promise<void>, signal?: AbortSignal): Promise<void>;
  /** Also what a write that died has left. False when there was nothing. */
  delete(id: string, signal?: AbortSignal): Promise<boolean>;
}

const manifestKey = (id: string) => `blob:${id}`;

/** GridFS's idea, on any state store: a manifest and numbered chunks. */
export function createBlobStore(state: StateStore): BlobStore {
  const pool = createBufferPool(CHUNK_BYTES, MAX_SAVES);
  const saves = createSemaphore(MAX_SAVES);

  async function manifest(id: string, signal?: AbortSignal): Promise<Manifest | undefined> {
    const entry = await state.get(manifestKey(id), signal);
    return entry && manifestSchema.parse(JSON.parse(entry.value));
  }

  async function complete(id: string, signal?: AbortSignal) {
    const found = await manifest(id, signal);
    return found && 'size' in found ? found : undefined;
  }

  async function* bytes(
    id: string,
    { start = 0, end, signal }: ReadOptions,
    abandoned: () => boolean,
    buffers?: BufferPool,
  ): AsyncGenerator<Buffer> {
    const found = await complete(id, signal);
    if (abandoned()) return;
    if (!found) throw new AppError('not_found', 'this file does not exist any more');
    const { size, sha256, chunk_size } = found;
    const last = Math.min(end ?? size - 1, size - 1);
    const whole = start === 0 && last === size - 1;
    const hash = createHash('sha256');
    let sent = 0;
    for await (const { index, chunk } of readChunks(state, id, chunk_size, [start, last], signal, buffers)) {
      const offset = index * chunk_size;
      const part = chunk.subarray(Math.max(0, start - offset), last - offset + 1);
      if (whole) hash.update(part);
      sent += part.length;
      yield part;
    }
    if (sent !== Math.max(0, last - start + 1) || (whole && hash.digest('hex') !== sha256)) {
      throw new AppError('internal', `blob ${id} is damaged`);
    }
  }

  return {
    async write(id, source, { expires, signal }) {
      const hash = createHash('sha256');
      const failed = new AbortController();
      const stop = anySignal(signal, failed.signal);
      // Without a signal: a save that is called off may still arrive, and then after its chunk was deleted.
      const puts = new Set<Promise<void>>();
      const seconds = () => (expires.getTime() - Date.now()) / 1000 + GRACE_SECONDS;
      const noted = async <T>(save: Promise<T>): Promise<T> => {
        save.catch((error: unknown) => failed.abort(error));
        return save;
      };
      const putManifest = (document: Manifest) =>
        noted(state.put(manifestKey(id), encodeDocument(document), { ttlSeconds: seconds() }));
      let size = 0;
      let count = 0;
      let reserved = 0;
      try {
        for await (const chunk of rechunk(untilAborted(source, stop), pool)) {
          if (count === reserved) {
            reserved = Math.max(FIRST_RESERVATION, 2 * reserved);
            await putManifest({ reserved });
          }
          hash.update(chunk);
          size += chunk.length;
          await saves.acquire(stop);
          const put = noted(
            state.putBytes(chunkKey(id, count++), chunk, { ttlSeconds: seconds() + GRACE_SECONDS }),
          )
            .catch(() => undefined)
            .finally(() => {
              saves.release();
              puts.delete(put);
              pool.give(chunk);
            });
          puts.add(put);
          if (puts.size >= IN_FLIGHT) await Promise.race(puts);
        }
        await Promise.all(puts);
        stop.throwIfAborted();
        const sha256 = hash.digest('hex');
        await putManifest({ size, sha256, chunk_size: CHUNK_BYTES });
        return { id, size, sha256 };
      } catch (thrown) {
        await Promise.all(puts);
        // A save that failed beside it is the worse of the two: it may still arrive.
        const error: unknown = failed.signal.aborted ? failed.signal.reason : thrown;
        // Without the caller's signal, which may be what failed.
        const deadline = AbortSignal.timeout(CLEANUP_MS);
        try {
          // Who took this write for dead has deleted the manifest: without it nobody finds what we do not get to delete.
          if (reserved > 0 && !failed.signal.aborted) await putManifest({ reserved });
          await deleteChunks(state, id, count, deadline);
          // A save of which the store said nothing may still arrive: then the manifest has to tell of it.
          const isUnknown = failed.signal.aborted && isAppError(error, 'unavailable');
          if (!isUnknown) await state.delete(manifestKey(id), deadline);
        } catch (cause) {
          throw new AggregateError([error, cause], 'the write failed, and so did the deletion of its chunks');
        }
        throw error;
      }
    },

    async stat(id, signal) {
      const found = await complete(id, signal);
      return found && { id, size: found.size, sha256: found.sha256 };
    },

    read(id, options = {}) {
      const stream = Readable.from(
        bytes(id, options, () => stream.destroyed),
        { objectMode: false, highWaterMark: CHUNK_BYTES },
      );
      return stream;
    },

    async copy(id, write, signal) {
      for await (const part of bytes(id, { signal }, () => false, pool)) await write(part);
    },

    async delete(id, signal) {
      const found = await manifest(id, signal);
      if (!found) return false;
      const count = 'size' in found ? Math.ceil(found.size / found.chunk_size) : found.reserved;
      // Chunks first: a crash between the two leaves the manifest, by which the rest can be found again.
      await deleteChunks(state, id, count, signal);
      await state.delete(manifestKey(id), signal);
      return true;
    },
  };
}
