import { type FileHandle, open } from 'node:fs/promises';

/** Bounds for one file: a hostile one may be a chain of millions of tiny boxes. */
const MAX_READS = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** The bytes of one file. Positions and sizes are in bytes, and exact up to 2^53. */
export interface FileBytes {
  readonly size: number;
  /**
   * Returns `length` bytes from the position, or fewer where the file ends before. Throws {@link TooMuchRead} when the
   * structure of a file makes us read too often or too much.
   */
  read(position: number, length: number): Promise<Buffer>;
}

/** The file has more parts than we are willing to look at, so that nothing can be said about its end. */
export class TooMuchRead extends Error {}

/** Calls `use` with the bytes of the file, and closes the file afterwards. */
export async function withFileBytes<T>(path: string, use: (bytes: FileBytes) => Promise<T>): Promise<T> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  return await use(bounded(file, size));
}

function bounded(file: FileHandle, size: number): FileBytes {
  let reads = 0;
  let bytes = 0;
  return {
    size,
    async read(position, length) {
      const available = Math.max(0, Math.min(length, size - position));
      if (position < 0 || available === 0) return Buffer.alloc(0);
      reads += 1;
      bytes += available;
      if (reads > MAX_READS || bytes > MAX_BYTES) throw new TooMuchRead('the file has too many parts');
      const buffer = Buffer.alloc(available);
      const { bytesRead } = await file.read(buffer, 0, available, position);
      return buffer.subarray(0, bytesRead);
    },
  };
}
