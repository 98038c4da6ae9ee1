import type { FileBytes } from './file-bytes.ts';

/** One element of a file that is a chain of elements, each with a name and a size. Positions are in bytes. */
export interface Chunk {
  /** Name, usually of four letters. */
  type: string;
  /** Where its content begins. */
  start: number;
  /** Where its content ends by its own size. It may be beyond the end of the file. */
  end: number;
}

export interface ChunkFormat {
  headerBytes: number;
  /** Reads name and size of the content. Returns undefined for bytes that are no header. */
  parse(header: Buffer): { type: string; size: number } | undefined;
  /** Chunks begin at multiples of this number of bytes. */
  alignment: number;
}

/** A four-letter code of printable characters. Other bytes are garbage. */
export function fourLetters(header: Buffer, at: number): string | undefined {
  const text = header.toString('latin1', at, at + 4);
  return /^[\x20-\x7e\xa9]{4}$/.test(text) ? text : undefined;
}

const named = (header: Buffer, size: number) => {
  const type = fourLetters(header, 0);
  return type === undefined ? undefined : { type, size };
};

/** Chunks of RIFF: WAV and AVI. */
export const RIFF: ChunkFormat = {
  headerBytes: 8,
  parse: (header) => named(header, header.readUInt32LE(4)),
  alignment: 2,
};

/** Chunks of EA IFF 85: AIFF. */
export const IFF: ChunkFormat = { ...RIFF, parse: (header) => named(header, header.readUInt32BE(4)) };

/** Chunks of Apple's Core Audio Format. A size of -1 means «to the end of the file». */
export const CAF: ChunkFormat = {
  headerBytes: 12,
  parse: (header) => named(header, Number(header.readBigInt64BE(4))),
  alignment: 1,
};

/** Chunks of Sony Wave64: the name is a GUID that begins with four letters, and the size counts the header. */
export const WAVE64: ChunkFormat = {
  headerBytes: 24,
  parse: (header) => named(header, Number(header.readBigUInt64LE(16)) - 24),
  alignment: 8,
};

/**
 * Lists the chunks from `from` to `to`. It ends at garbage, at a chunk of an impossible size, and behind the first chunk that
 * exceeds the file.
 */
export async function* chunks(
  file: FileBytes,
  { headerBytes, parse, alignment }: ChunkFormat,
  from: number,
  to = file.size,
): AsyncGenerator<Chunk> {
  let position = from;
  while (position + headerBytes <= Math.min(to, file.size)) {
    const header = await file.read(position, headerBytes);
    if (header.length < headerBytes) return;
    const found = parse(header);
    if (!found) return;
    const start = position + headerBytes;
    yield { type: found.type, start, end: found.size < 0 ? Number.POSITIVE_INFINITY : start + found.size };
    if (found.size < 0) return;
    position = Math.ceil((start + found.size) / alignment) * alignment;
  }
}

/**
 * Programs that write to a pipe cannot know the size of a chunk. They write 0, the largest number (ffmpeg), 2^31 (arecord), or
 * slightly less, because the header or the block size is subtracted (sox: 0x7ffff000).
 */
export function isPlaceholder(size: number): boolean {
  const slack = 0x10000;
  return [0, 2 ** 31, 2 ** 32].some((limit) => size <= limit && size >= limit - slack);
}
