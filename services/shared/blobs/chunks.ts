import { anySignal } from '../runtime/abort-signals.ts';
import type { BufferPool } from '../runtime/buffer-pool.ts';
import { AppError } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';

/** 1 MiB as base64 stays far below the 4 MiB body limit of a sidecar, and larger chunks are no faster. */
export const CHUNK_BYTES = 1024 * 1024;
/** How many chunks of one blob are on their way at a time. */
export const IN_FLIGHT = 4;

export const chunkKey = (blob: string, index: number): string => `chunk:${blob}:${index}`;

/** The same bytes in pieces of {@link CHUNK_BYTES}; the last may be shorter. */
export async function* rechunk(source: AsyncIterable<Uint8Array>, pool: BufferPool): AsyncGenerator<Buffer> {
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

/** The same pieces, until the signal: a source that says nothing is not waited for. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // One listener that knows the present wait: a race against one long-lived promise would keep every piece in memory.
  let giveUp = (_reason: unknown): void => undefined;
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a source in the middle of a silent wait would answer after it only.
    iterator.return?.()?.catch(() => undefined);
  }
}

/** The chunks that hold the bytes from first to last, in order, a few of them fetched ahead. */
export async function* readChunks(
  state: StateStore,
  id: string,
  chunkSize: number,
  [first, last]: [number, number],
  signal: AbortSignal | undefined,
  buffers: BufferPool | undefined,
): AsyncGenerator<{ index: number; chunk: Buffer }> {
  const abandoned = new AbortController();
  const stop = anySignal(signal, abandoned.signal);
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

/** Deletes the first `count` chunks, those that are missing included. */
export async function deleteChunks(
  state: StateStore,
  id: string,
  count: number,
  signal?: AbortSignal,
): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const worker = async () => {
    for (const index of indexes) await state.delete(chunkKey(id, index), signal);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
