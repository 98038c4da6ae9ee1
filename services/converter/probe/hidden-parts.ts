import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hole, overlaps } from '../completeness/hole.ts';
import { type ReadAt, readerOf } from '../ffmpeg/probe/read-at.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';

/** The hole of a file between the parts that were sent. */
interface HoleOfFile extends Hole {
  /** Bytes of the whole file. */
  size: number;
}

export interface HiddenParts {
  /** Whether a part of the index is in the hole, so that tracks may be missing. */
  index: boolean;
  /** Whether the length of the film is known only from the hole. */
  length: boolean;
  /** Whether tags, chapters or pictures are in the hole. */
  tags: boolean;
}

/** Says what ffmpeg cannot find, because it is in the hole. ffmpeg reads zeros there, and takes no notice. */
export async function hiddenParts(
  folder: string,
  formatName: string,
  hole: HoleOfFile,
): Promise<HiddenParts> {
  await using file = await open(join(folder, INPUT));
  const read = readerOf(file);
  if (/\bmov\b/.test(formatName)) return { ...(await hiddenInMp4(read, hole)), tags: false };
  if (/\bmatroska\b/.test(formatName)) {
    return { index: false, length: false, tags: await hasHiddenTags(read, hole) };
  }
  return { index: false, length: false, tags: false };
}

/** Boxes of a level that are looked at, because a hostile file decides how many there are. */
const MAX_BOXES = 1000;

/** A fragmented MP4 has the lengths of its fragments in each `moof`. @see ISO 14496-12 8.8 */
async function hiddenInMp4(read: ReadAt, hole: HoleOfFile): Promise<Omit<HiddenParts, 'tags'>> {
  for await (const { type, start, end } of boxes(read, 0, hole.size)) {
    if (type === 'moof') return { index: false, length: true };
    if (type !== 'moov') continue;
    if (overlaps(hole, start, end)) return { index: true, length: true };
    for await (const child of boxes(read, start, end)) {
      if (child.type === 'mvex') return { index: false, length: true };
    }
  }
  return { index: false, length: false };
}

interface Box {
  type: string;
  /** Where its content is in the file. */
  start: number;
  end: number;
}

/** ISO 14496-12 4.2: a size of 0 means up to the end, and 1 that the size follows the type, in 8 bytes. */
async function* boxes(read: ReadAt, from: number, to: number): AsyncGenerator<Box> {
  for (let [offset, count] = [from, 0]; offset + 8 <= to && count < MAX_BOXES; count += 1) {
    const head = await read(offset, 16);
    if (head.length < 8) return;
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    const size = isLong ? Number(head.readBigUInt64BE(8)) : short || to - offset;
    const start = offset + (isLong ? 16 : 8);
    if (offset + size < start) return;
    offset = Math.min(to, offset + size);
    yield { type: head.toString('latin1', 4, 8), start, end: offset };
  }
}

/** The table of contents of a Matroska file is within its first bytes. */
const SEEK_HEAD_BYTES = 64 * 1024;
/** The id of the segment, in hexadecimal digits. Its size follows. Positions count from the byte behind that. @see RFC 9559, 6.2 */
const SEGMENT = '18538067';
/** SeekID of Tags, Attachments or Chapters, then SeekPosition and its length. @see RFC 9559, 5.1.1.1 */
const SEEK = /53ab84(?:1254c367|1941a469|1043a770)53ac8([1-8])/g;

async function hasHiddenTags(read: ReadAt, hole: Hole): Promise<boolean> {
  const head = await read(0, SEEK_HEAD_BYTES);
  const digits = head.toString('hex');
  const segment = digits.indexOf(SEGMENT);
  if (segment < 0) return false;
  const sizeAt = (segment + SEGMENT.length) / 2;
  // The number of leading zero bits tells how long the size is.
  const start = sizeAt + Math.clz32(head[sizeAt] ?? 0) - 23;
  return [...digits.matchAll(SEEK)].some(({ 0: { length }, 1: bytes, index }) => {
    const at = index + length;
    const position = start + Number.parseInt(digits.slice(at, at + 2 * Number(bytes)), 16);
    return overlaps(hole, position, position + 1);
  });
}
