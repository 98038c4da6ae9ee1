import { open } from 'node:fs/promises';
import type { LocalFile } from '../../services/gateway/sound/local-file.ts';

/** A file on the disk. It counts what is read of it. */
export interface OpenFile extends LocalFile, AsyncDisposable {
  readonly bytesRead: number;
}

export async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path);
  const { size } = await handle.stat();
  let total = 0;
  return {
    size,
    get bytesRead() {
      return total;
    },
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      total += bytesRead;
      return bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** A file in memory. */
export const memoryFile = (content: Uint8Array): LocalFile => ({
  size: content.length,
  read: async (start, end) => content.slice(start, end),
});
