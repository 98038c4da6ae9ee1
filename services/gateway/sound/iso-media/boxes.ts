import type { BufferedFile } from '../buffered-file.ts';

/** A box of ISO media (ISO 14496-12, 4.2). Positions are in bytes from the start of the film. */
export interface Box {
  type: string;
  start: number;
  /** Where its content begins. */
  content: number;
  end: number;
  /** Whether it states the size 0, which means «to the end of the file». */
  isOpen: boolean;
}

/** The film is damaged, or so unusual that nobody knows what the server would make of it. It is sent whole. */
export class Unplannable extends Error {}

/** A film of two hours in fragments of one frame has 432,000 boxes. A hostile file may have millions. */
const MAX_BOXES = 500_000;

/** Reads the boxes of one film, of which there may not be too many. */
export class BoxReader {
  readonly #bytes: BufferedFile;
  #left = MAX_BOXES;

  constructor(bytes: BufferedFile) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.size;
  }

  /** Returns exactly `length` bytes. @throws Unplannable where the film ends before */
  async read(position: number, length: number): Promise<DataView> {
    const { buffer, byteOffset, byteLength } = await this.#bytes.read(position, length);
    if (byteLength < length) throw new Unplannable('The film ends too early.');
    return new DataView(buffer, byteOffset, byteLength);
  }

  /** Lists the boxes from `start` to `end`. Fewer than 8 bytes at the end are no box. @throws Unplannable for a wrong size */
  async *boxes(start: number, end: number): AsyncGenerator<Box> {
    for (let at = start; at + 8 <= end; ) {
      if (this.#left-- === 0) throw new Unplannable('The film has too many boxes.');
      const box = boxAt(await this.read(at, Math.min(16, end - at)), at, end);
      yield box;
      at = box.end;
    }
  }
}

function boxAt(header: DataView, start: number, parentEnd: number): Box {
  const short = header.getUint32(0);
  if (short === 1 && header.byteLength < 16) throw new Unplannable('The size of a box is cut off.');
  const size = short === 1 ? Number(header.getBigUint64(8)) : short === 0 ? parentEnd - start : short;
  const headerBytes = short === 1 ? 16 : 8;
  if (size < headerBytes || start + size > parentEnd) throw new Unplannable('The size of a box is wrong.');
  return {
    type: fourLetters(header, 4),
    start,
    content: start + headerBytes,
    end: start + size,
    isOpen: short === 0,
  };
}

/** Returns four bytes as text, one character for each. */
export const fourLetters = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** Returns the header of a box whose content has `contentBytes`. It has as many bytes as that of the original box. */
export function headerOf({ type, start, content, isOpen }: Box, contentBytes: number): Uint8Array {
  const header = new Uint8Array(content - start);
  const view = new DataView(header.buffer);
  const isLong = header.length === 16;
  view.setUint32(0, isLong ? 1 : isOpen ? 0 : header.length + contentBytes);
  for (let index = 0; index < 4; index++) header[4 + index] = type.charCodeAt(index);
  if (isLong) view.setBigUint64(8, BigInt(header.length + contentBytes));
  return header;
}
