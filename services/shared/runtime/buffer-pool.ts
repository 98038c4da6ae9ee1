/**
 * Buffers of one size that are used again. Allocating memory outside V8's heap for each MiB that passes makes V8 collect
 * garbage every few megabytes, which takes more time than moving the bytes.
 */
export interface BufferPool {
  /** Bytes. */
  readonly size: number;
  take(): Buffer;
  /**
   * Returns a buffer to the pool. Only for a buffer that nobody reads or writes any more: after an abort, a socket may
   * still hold it. A buffer of another size, such as a part of one, is not kept.
   */
  give(buffer: Buffer): void;
}

/** `keep` is the number of unused buffers that the pool keeps. */
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
