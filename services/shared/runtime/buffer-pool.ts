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
   * still hold it. The beginning of a buffer stands for all of it. Memory of another size is not kept.
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
      if (buffer.buffer.byteLength === size && free.length < keep) free.push(Buffer.from(buffer.buffer));
    },
  };
}

/** Does `work` with a buffer that comes from the pool, and gives it back once: when `work` says so, or else when it settles. */
export async function lend(
  pool: BufferPool,
  buffer: Buffer,
  work: (giveBack: () => void) => Promise<void>,
): Promise<void> {
  let isLent = true;
  const giveBack = () => {
    if (isLent) pool.give(buffer);
    isLent = false;
  };
  await work(giveBack).finally(giveBack);
}
