import { type FileHandle, open } from 'node:fs/promises';
import { type Hole, overlaps } from './hole.ts';

/** Bounds for one file: a hostile one may be a chain of millions of tiny boxes. */
const MAX_READS = 100_000;
const MAX_BYTES = 128 * 1024 * 1024;
/** Small elements are often beside each other, so that one read serves several. */
const WINDOW_BYTES = 1024;

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

const NO_HOLE: Hole = { start: 0, end: 0 };

/**
 * Calls `use` with the bytes of the file, and closes the file afterwards. Reading in the hole throws {@link TooMuchRead}, too: the
 * zeros there are not those of the file.
 */
export async function withFileBytes<T>(
  path: string,
  use: (bytes: FileBytes) => Promise<T>,
  hole: Hole = NO_HOLE,
): Promise<T> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  return await use(bounded(file, size, hole));
}

function bounded(file: FileHandle, size: number, hole: Hole): FileBytes {
  let reads = 0;
  let bytes = 0;
  let window: { start: number; content: Buffer } = { start: 0, content: Buffer.alloc(0) };
  return {
    size,
    async read(position, length) {
      const available = Math.max(0, Math.min(length, size - position));
      if (position < 0 || available === 0) return Buffer.alloc(0);
      if (overlaps(hole, position, position + available))
        throw new TooMuchRead('a part of the file is not there');
      reads += 1;
      const { start, content } = window;
      if (position < start || position + available > start + content.length) {
        const wanted = Math.min(Math.max(available, WINDOW_BYTES), size - position);
        bytes += wanted;
        if (bytes > MAX_BYTES) throw new TooMuchRead('the parts of the file are too far apart');
        window = { start: position, content: await readFully(file, position, wanted) };
      }
      if (reads > MAX_READS) throw new TooMuchRead('the file has too many parts');
      const at = position - window.start;
      return window.content.subarray(at, at + available);
    },
  };
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
