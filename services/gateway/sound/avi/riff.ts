import type { BufferedFile } from '../buffered-file.ts';

/** A chunk of a RIFF file. Positions are in bytes. */
export interface Chunk {
  /** Four letters. Of a list, its type is in `list`. */
  name: string;
  list: string | undefined;
  /** Where its header is. */
  start: number;
  /** Where its content begins: behind the type of a list. */
  content: number;
  /** Where its content ends. */
  end: number;
  /** Where the next chunk begins: at an even position. */
  next: number;
}

const HEADER_BYTES = 8;

/** Returns the chunks from `from` to `to`. Undefined where they do not fill it exactly, or are more than `most`. */
export async function listChunks(
  bytes: BufferedFile,
  from: number,
  to: number,
  most = 10_000,
): Promise<Chunk[] | undefined> {
  const chunks: Chunk[] = [];
  let at = from;
  while (at < to) {
    const chunk = await readChunk(bytes, at);
    // The last one may lack the byte that would make its size even.
    if (!chunk || chunk.end > to || chunks.length === most) return undefined;
    chunks.push(chunk);
    at = chunk.next;
  }
  return chunks;
}

async function readChunk(bytes: BufferedFile, start: number): Promise<Chunk | undefined> {
  const head = await bytes.read(start, HEADER_BYTES + 4);
  if (head.length < HEADER_BYTES) return undefined;
  const name = letters(head, 0);
  const end = start + HEADER_BYTES + number32(head, 4);
  const isList = name === 'LIST' || name === 'RIFF';
  const content = start + HEADER_BYTES + (isList ? 4 : 0);
  if (content > end) return undefined;
  return { name, list: isList ? letters(head, 8) : undefined, start, content, end, next: end + (end % 2) };
}

export const letters = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));

export const number32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

export const number16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** The header of a chunk of our own. */
export function chunkHeader(name: string, size: number, list = ''): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES + list.length);
  header.set(new TextEncoder().encode(name));
  new DataView(header.buffer).setUint32(4, size, true);
  header.set(new TextEncoder().encode(list), HEADER_BYTES);
  return header;
}
