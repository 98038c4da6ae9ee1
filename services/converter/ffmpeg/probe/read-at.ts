import type { FileHandle } from 'node:fs/promises';

/** Returns the bytes of a file at an offset, fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

export const readerOf =
  (file: FileHandle): ReadAt =>
  async (offset, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
