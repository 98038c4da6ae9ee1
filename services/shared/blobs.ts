import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { type BufferPool, createBufferPool } from './buffer-pool.ts';
import { AppError } from './errors.ts';
import { encodeDocument, type StateStore } from './state.ts';

/** GridFS's idea, on any state store: a manifest and numbered chunks. 1 MiB stays far below the 4 MiB body limit of a sidecar. */
const CHUNK_BYTES = 1024 * 1024;
const IN_FLIGHT = 4;
const CLEANUP_MS = 5_000;
/** A chunk must never be gone before its manifest is: a reader that began in time can finish. */
const CHUNK_GRACE_SECONDS = 24 * 3600;

const manifestSchema = z.object({
  size: z.number().int().nonnegative(),
  sha256: z.string(),
  chunk_size: z.number().int().positive(),
});
type Manifest = z.infer<typeof manifestSchema>;

export interface Blob {
  id: string;
  /** bytes */
  size: number;
  /** lower-case hexadecimal */
  sha256: string;
}

export interface WriteOptions {
  ttlSeconds: number;
  signal?: AbortSignal | undefined;
}

export interface ReadOptions {
  /** First and last byte, both included, as in an HTTP range. The whole blob by default. */
  start?: number;
  end?: number;
  signal?: AbortSignal | undefined;
}

export interface BlobStore {
  /** Stores all of `source` or nothing: on any failure, the source's own included, what was written is deleted. */
  write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Blob>;
  /** Undefined when there is no such blob (any more). */
  stat(id: string, signal?: AbortSignal): Promise<Blob | undefined>;
  /** A full read fails at its end unless size and sha256 are those that were written. */
  read(id: string, options?: ReadOptions): Readable;
  /** Hands the whole blob to `write` in order, with the same checks. A part's memory is used again once `write` has resolved. */
  copy(id: string, write: (part: Buffer) => Promise<void>, signal?: AbortSignal): Promise<void>;
  delete(id: string, signal?: AbortSignal): Promise<void>;
}

const manifestKey = (id: string) => `blob:${id}`;
const chunkKey = (id: string, index: number) => `chunk:${id}:${index}`;

export function createBlobStore(state: StateStore): BlobStore {
  const pool = createBufferPool(CHUNK_BYTES, 2 * IN_FLIGHT);

  async function manifest(id: string, signal?: AbortSignal): Promise<Manifest | undefined> {
    const entry = await state.get(manifestKey(id), signal);
    return entry && manifestSchema.parse(JSON.parse(entry.value));
  }

  async function deleteChunks(id: string, count: number, signal?: AbortSignal): Promise<void> {
    const indexes = Array.from({ length: count }, (_, index) => index).values();
    const worker = async () => {
      for (const index of indexes) await state.delete(chunkKey(id, index), signal);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  }

  async function* bytes(
    id: string,
    { start = 0, end, signal }: ReadOptions,
    abandoned: () => boolean,
    buffers?: BufferPool,
  ): AsyncGenerator<Buffer> {
    const found = await manifest(id, signal);
    if (abandoned()) return;
    if (!found) throw new AppError('not_found', 'this file does not exist any more');
    const last = Math.min(end ?? found.size - 1, found.size - 1);
    const whole = start === 0 && last === found.size - 1;
    const hash = createHash('sha256');
    let sent = 0;
    for await (const { index, chunk } of chunks(
      state,
      id,
      found.chunk_size,
      [start, last],
      signal,
      buffers,
    )) {
      const offset = index * found.chunk_size;
      const part = chunk.subarray(Math.max(0, start - offset), last - offset + 1);
      if (whole) hash.update(part);
      sent += part.length;
      yield part;
    }
    if (sent !== Math.max(0, last - start + 1) || (whole && hash.digest('hex') !== found.sha256)) {
      throw new AppError('internal', `blob ${id} is damaged`);
    }
  }

  return {
    async write(source, { ttlSeconds, signal }) {
      const id = randomUUID();
      const hash = createHash('sha256');
      const failed = new AbortController();
      const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
      // Without a signal: a save that is called off may still arrive, and then after its chunk was deleted.
      const puts = new Set<Promise<void>>();
      let size = 0;
      let count = 0;
      try {
        for await (const chunk of inChunks(source, pool)) {
          stop.throwIfAborted();
          hash.update(chunk);
          size += chunk.length;
          const put = state
            .putBytes(chunkKey(id, count++), chunk, { ttlSeconds: ttlSeconds + CHUNK_GRACE_SECONDS })
            .catch((error: unknown) => failed.abort(error))
            .finally(() => {
              puts.delete(put);
              pool.give(chunk);
            });
          puts.add(put);
          if (puts.size >= IN_FLIGHT) await Promise.race(puts);
        }
        await Promise.all(puts);
        stop.throwIfAborted();
        const document: Manifest = { size, sha256: hash.digest('hex'), chunk_size: CHUNK_BYTES };
        await state.put(manifestKey(id), encodeDocument(document), { ttlSeconds });
        return { id, size, sha256: document.sha256 };
      } catch (error) {
        await Promise.all(puts);
        // Without the caller's signal, which may be what failed; expiry is the last resort.
        const deadline = AbortSignal.timeout(CLEANUP_MS);
        // The manifest as well: a put whose answer was lost may have arrived.
        const deletions = [deleteChunks(id, count, deadline), state.delete(manifestKey(id), deadline)];
        await Promise.all(deletions).catch((cause: unknown) => {
          throw new AggregateError([error, cause], 'the write failed, and so did the deletion of its chunks');
        });
        throw error;
      }
    },

    async stat(id, signal) {
      const found = await manifest(id, signal);
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
      if (!found) return;
      // Chunks first: a crash between the two leaves a manifest, by which the rest can be found again.
      await deleteChunks(id, Math.ceil(found.size / found.chunk_size), signal);
      await state.delete(manifestKey(id), signal);
    },
  };
}

/** The same bytes in pieces of {@link CHUNK_BYTES}; the last may be shorter. */
async function* inChunks(source: AsyncIterable<Uint8Array>, pool: BufferPool): AsyncGenerator<Buffer> {
  let chunk = pool.take();
  let filled = 0;
  for await (const piece of source) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + CHUNK_BYTES - filled);
      chunk.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < CHUNK_BYTES) continue;
      yield chunk;
      chunk = pool.take();
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}

/** The chunks that hold the bytes from first to last, in order, a few of them fetched ahead. */
async function* chunks(
  state: StateStore,
  id: string,
  chunkSize: number,
  [first, last]: [number, number],
  signal: AbortSignal | undefined,
  buffers: BufferPool | undefined,
): AsyncGenerator<{ index: number; chunk: Buffer }> {
  const abandoned = new AbortController();
  const stop = signal ? AbortSignal.any([signal, abandoned.signal]) : abandoned.signal;
  const ahead: Array<{ index: number; buffer?: Buffer; bytes: ReturnType<StateStore['getBytes']> }> = [];
  const end = Math.floor(last / chunkSize);
  let next = Math.floor(first / chunkSize);
  try {
    while (next <= end || ahead.length > 0) {
      while (next <= end && ahead.length < IN_FLIGHT) {
        const buffer = buffers?.take();
        const bytes = state.getBytes(chunkKey(id, next), stop, buffer);
        bytes.catch(() => undefined); // reported when its turn comes
        ahead.push({ index: next++, bytes, ...(buffer && { buffer }) });
      }
      const head = ahead.shift();
      const chunk = await head?.bytes;
      if (!head || !chunk) throw new AppError('internal', `blob ${id} lacks chunk ${head?.index}`);
      yield { index: head.index, chunk };
      if (head.buffer) buffers?.give(head.buffer);
    }
  } finally {
    abandoned.abort();
  }
}
