import { fourLetters } from './chunks.ts';
import type { FileBytes } from './file-bytes.ts';

/** A box of ISO media. Positions are in bytes. */
export interface Box {
  type: string;
  at: number;
  /** Where its content begins. */
  start: number;
  /** Where it ends by its own size. It may be beyond the end of the file. */
  end: number;
  /** Whether it states the size 0, which means «to the end of the file». */
  isOpen: boolean;
}

/** Lists the boxes from `from` to `to`. It ends at bytes that are no box. @see ISO 14496-12, 4.2 */
export async function* boxes(file: FileBytes, from: number, to = file.size): AsyncGenerator<Box> {
  let at = from;
  while (at + 8 <= Math.min(to, file.size)) {
    const header = await file.read(at, 16);
    const type = header.length < 8 ? undefined : fourLetters(header, 4);
    if (type === undefined) return;
    const short = header.readUInt32BE(0);
    const isLong = short === 1;
    if (isLong && header.length < 16) return;
    const isOpen = short === 0;
    const size = isLong ? Number(header.readBigUInt64BE(8)) : isOpen ? file.size - at : short;
    const headerBytes = isLong ? 16 : 8;
    if (size < headerBytes) return;
    yield { type, at, start: at + headerBytes, end: at + size, isOpen };
    at += size;
  }
}

/** Returns the first box of the path below `parent`: `find(file, trak, 'mdia', 'mdhd')`. */
export async function findBox(
  file: FileBytes,
  parent: Pick<Box, 'start' | 'end'>,
  ...path: string[]
): Promise<Box | undefined> {
  let within: Pick<Box, 'start' | 'end'> = parent;
  let found: Box | undefined;
  for (const type of path) {
    found = undefined;
    for await (const box of boxes(file, within.start, within.end)) {
      if (box.type !== type) continue;
      found = box;
      break;
    }
    if (!found) return undefined;
    within = found;
  }
  return found;
}
