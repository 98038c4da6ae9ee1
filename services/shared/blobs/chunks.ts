import { anySignal } from '../runtime/abort-signals.ts';
import type { BufferPool } from '../runtime/buffer-pool.ts';
import { countGarbage } from '../runtime/count-garbage.ts';
import { AppError } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';

/** 1 MiB in base64 is far below the 4 MiB limit of a sidecar for request bodies. Larger chunks are no faster. */
export const CHUNK_BYTES = 1024 * 1024;
/** The number of chunks of one blob that are sent or fetched at a time. */
export const IN_FLIGHT = 4;

export const chunkKey = (blob: string, index: number): string => `chunk:${blob}:${index}`;

/**
 * Yields the same bytes in chunks of {@link CHUNK_BYTES}. The last chunk may be shorter. Where there is a `head`, the first
 * chunk begins with it; the memory of `head` is used until the source is asked for its first piece. A piece counts as garbage when its
 * bytes are in the chunks.
 */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  pool: BufferPool,
  head: Uint8Array = new Uint8Array(),
): AsyncGenerator<Buffer> {
  let chunk = pool.take();
  chunk.set(head);
  let filled = head.length;
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
    countGarbage(piece.length);
  }
  if (filled > 0) yield chunk.subarray(0, filled);
  else pool.give(chunk);
}

/**
 * Yields the same pieces until the signal is aborted, and then throws its reason at once, even while the source is silent.
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // One listener that rejects the current wait. A race against one long-lived promise would keep every piece in memory.
  let rejectWait = (_reason: unknown): void => undefined;
  const onAbort = () => rejectWait(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await new Promise<IteratorResult<T>>((resolve, reject) => {
        rejectWait = reject;
        iterator.next().then(resolve, reject);
      });
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // We do not wait for this: a source that is waiting itself would answer only afterwards.
    iterator.return?.()?.catch(() => undefined);
  }
}

interface ReadChunksPorts {
  state: StateStore;
  pool: BufferPool | undefined;
  signal: AbortSignal | undefined;
}

interface ByteRange {
  /** Id of the blob. */
  id: string;
  /** Bytes. */
  chunkSize: number;
  /** The first and the last byte, both included. */
  first: number;
  last: number;
}

/** Yields the chunks that hold the bytes of a range, in order. A few of them are fetched ahead. */
export async function* readChunks(
  { state, pool, signal }: ReadChunksPorts,
  { id, chunkSize, first, last }: ByteRange,
): AsyncGenerator<{ index: number; chunk: Buffer }> {
  const ended = new AbortController();
  const stopSignal = anySignal(signal, ended.signal);
  const ahead: Array<{ index: number; buffer?: Buffer; bytes: ReturnType<StateStore['getBytes']> }> = [];
  const end = Math.floor(last / chunkSize);
  let next = Math.floor(first / chunkSize);
  try {
    while (next <= end || ahead.length > 0) {
      while (next <= end && ahead.length < IN_FLIGHT) {
        const buffer = pool?.take();
        const bytes = state.getBytes(chunkKey(id, next), stopSignal, buffer);
        bytes.catch(() => undefined); // It is reported when it is the turn of this chunk.
        ahead.push({ index: next++, bytes, ...(buffer && { buffer }) });
      }
      const head = ahead.shift();
      const chunk = await head?.bytes;
      if (!head || !chunk) throw new AppError('internal', `blob ${id} lacks chunk ${head?.index}`);
      yield { index: head.index, chunk };
      if (head.buffer) pool?.give(head.buffer);
    }
  } finally {
    ended.abort();
  }
}

/** Deletes the chunks from `first` to before `end`. Chunks that do not exist are no error. */
export async function deleteChunks(
  state: StateStore,
  id: string,
  { first = 0, end }: { first?: number; end: number },
  signal?: AbortSignal,
): Promise<void> {
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, number) => first + number).values();
  const worker = async () => {
    for (const index of indexes) await state.delete(chunkKey(id, index), signal);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
