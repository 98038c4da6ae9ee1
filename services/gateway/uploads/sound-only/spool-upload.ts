import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { rechunk, untilAborted } from '../../../shared/blobs/chunks.ts';
import type { BufferPool } from '../../../shared/runtime/buffer-pool.ts';
import { DiskFull, isDiskFull } from '../../../shared/runtime/spool.ts';

export interface SpoolPorts {
  pool: BufferPool;
  /** Takes room for so many bytes more. Returns false where there is none. */
  takeRoom(bytes: number): boolean;
  signal: AbortSignal;
}

export interface SpooledUpload {
  /** Bytes that have arrived. */
  size: number;
  /** Of these bytes, in lower-case hexadecimal. May be called once. */
  sha256(): string;
  /** All of the file, where there was no room for it. What is not written yet comes from the source. */
  overflow: AsyncIterable<Uint8Array> | undefined;
}

/**
 * Writes an upload to the new file `path`. That the room or the disk is full is no failure: then `overflow` has all of the file, and
 * `size` and `sha256` are known at its end. Throws what the source throws, and the reason of the signal.
 */
export async function spoolUpload(
  source: AsyncIterable<Uint8Array>,
  path: string,
  { pool, takeRoom, signal }: SpoolPorts,
): Promise<SpooledUpload> {
  const hash = createHash('sha256');
  const chunks = rechunk(untilAborted(source, signal), pool);
  const spooled: SpooledUpload = { size: 0, sha256: () => hash.digest('hex'), overflow: undefined };
  let written = 0;

  async function next(): Promise<Buffer | undefined> {
    const { value } = await chunks.next();
    if (!value) return undefined;
    hash.update(value);
    spooled.size += value.length;
    return value;
  }

  async function* wholeFrom(unwritten: Buffer | undefined): AsyncGenerator<Buffer> {
    if (written > 0) yield* createReadStream(path, { end: written - 1 });
    for (let chunk = unwritten ?? (await next()); chunk; chunk = await next()) yield chunk;
  }

  let chunk: Buffer | undefined;
  try {
    await using file = await open(path, 'wx', 0o600);
    for (chunk = await next(); chunk; chunk = await next()) {
      if (!takeRoom(chunk.length)) throw new DiskFull('films take all the room that they may have');
      await file.writeFile(chunk);
      written += chunk.length;
      pool.give(chunk);
    }
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    spooled.overflow = wholeFrom(chunk);
  }
  return spooled;
}
