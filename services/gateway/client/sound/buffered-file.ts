import type { LocalFile } from '../local-file.ts';

/** The structures of a film are small and close together, so that one read serves many. */
const WINDOW_BYTES = 256 * 1024;

/** Reads small parts of a file, most of which follow each other. */
export interface BufferedFile {
  readonly size: number;
  /** Returns `length` bytes from the position, or fewer where the file ends before. The bytes must not be changed. */
  read(position: number, length: number): Promise<Uint8Array>;
}

export function bufferFile(file: LocalFile, signal: AbortSignal, windowBytes = WINDOW_BYTES): BufferedFile {
  let start = 0;
  let content: Uint8Array = new Uint8Array(0);
  return {
    size: file.size,
    async read(position, length) {
      const end = Math.min(file.size, position + length);
      if (end <= position) return new Uint8Array(0);
      if (position < start || end > start + content.length) {
        signal.throwIfAborted();
        content = await file.read(position, Math.min(file.size, Math.max(end, position + windowBytes)));
        start = position;
      }
      return content.subarray(position - start, end - start);
    },
  };
}
