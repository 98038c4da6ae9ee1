/**
 * Buffers of one size that are used again. Memory outside V8's heap, freshly allocated for each MiB that passes, makes it
 * collect garbage every few megabytes, which costs more time than moving the bytes.
 */
export interface BufferPool {
  readonly size: number;
  take(): Buffer;
  /** A part of a buffer is not kept. Only when nobody reads or writes it any more: not after an abort, when a socket may still hold it. */
  give(buffer: Buffer): void;
}

export function createBufferPool(size: number, keep: number): BufferPool {
  const free: Buffer[] = [];
  return {
    size,
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(size),
    give(buffer) {
      if (buffer.length === size && free.length < keep) free.push(buffer);
    },
  };
}
