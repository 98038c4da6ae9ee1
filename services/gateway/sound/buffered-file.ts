import type { LocalFile } from './local-file.ts';

/** The structures of a film are small and close together, so that one read serves many. */
const WINDOW_BYTES = 256 * 1024;
/** After a jump, less is read: the structure there may be small, with megabytes of media data between it and the next one. */
const FIRST_WINDOW_BYTES = 8 * 1024;

/** Reads small parts of a file, most of which follow each other. */
export interface BufferedFile {
  readonly size: number;
  /** Returns `length` bytes from the position, or fewer where the file ends before. The bytes must not be changed. */
  read(position: number, length: number): Promise<Uint8Array>;
}

export function bufferFile(file: LocalFile, signal: AbortSignal, windowBytes = WINDOW_BYTES): BufferedFile {
  let start = 0;
  let content: Uint8Array = new Uint8Array(0);
  let next = FIRST_WINDOW_BYTES;
  return {
    size: file.size,
    async read(position, length) {
      const end = Math.min(file.size, position + length);
      if (end <= position) return new Uint8Array(0);
      if (position < start || end > start + content.length) {
        signal.throwIfAborted();
        const follows = position >= start && position <= start + content.length;
        next = Math.min(windowBytes, follows ? next * 2 : FIRST_WINDOW_BYTES);
        content = await file.read(position, Math.min(file.size, Math.max(end, position + next)));
        start = position;
      }
      return content.subarray(position - start, end - start);
    },
  };
}
