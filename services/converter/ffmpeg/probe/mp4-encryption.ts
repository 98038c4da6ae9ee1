import type { ReadAt } from './read-at.ts';

/** Sample entries of encrypted streams: ISO 14496-12 8.12 and FairPlay. */
const ENCRYPTED = new Set(['enca', 'encv', 'encs', 'enct', 'drms', 'drmi', 'drmt']);
/** Boxes that are looked at, because a hostile file decides how many there are. */
const MAX_BOXES = 20_000;

interface Box {
  type: string;
  /** Where its content is in the file. */
  start: number;
  end: number;
}

/**
 * Returns the ids of the tracks of an MP4 or MOV that are encrypted. ffmpeg does not say so: it takes the original format from
 * the box `frma`, and decodes noise.
 *
 * @param size of the file in bytes.
 * @see ISO 14496-12 8.5.2 (`stsd`)
 */
export async function encryptedMp4Tracks(read: ReadAt, size: number): Promise<Set<number>> {
  const encrypted = new Set<number>();
  let left = MAX_BOXES;

  async function* boxes(start: number, end: number): AsyncGenerator<Box> {
    for (let offset = start; offset + 8 <= end && left > 0; left -= 1) {
      const box = boxAt(await read(offset, 16), offset, end);
      if (!box) return;
      yield box;
      offset = box.end;
    }
  }
  async function find(parent: Box, path: readonly string[]): Promise<Box | undefined> {
    const [type, ...rest] = path;
    if (type === undefined) return parent;
    for await (const box of boxes(parent.start, parent.end)) {
      if (box.type === type) return await find(box, rest);
    }
    return undefined;
  }

  const moov = await find({ type: '', start: 0, end: size }, ['moov']);
  if (!moov) return encrypted;
  for await (const track of boxes(moov.start, moov.end)) {
    if (track.type !== 'trak') continue;
    const header = await find(track, ['tkhd']);
    const description = await find(track, ['mdia', 'minf', 'stbl', 'stsd']);
    if (!header || !description) continue;
    // After version, flags and the number of entries, each 4 bytes together, the entries are boxes themselves.
    for await (const { type } of boxes(description.start + 8, description.end)) {
      if (ENCRYPTED.has(type)) encrypted.add(await trackId(read, header));
    }
  }
  return encrypted;
}

/** The id follows two times, which have 4 bytes each in version 0, and 8 in version 1. */
async function trackId(read: ReadAt, { start }: Box): Promise<number> {
  const head = await read(start, 24);
  const offset = head[0] === 1 ? 20 : 12;
  return head.length >= offset + 4 ? head.readUInt32BE(offset) : 0;
}

/** A size of 0 means up to the end, and one of 1 that the size follows the type, in 8 bytes. */
function boxAt(head: Buffer, offset: number, end: number): Box | undefined {
  if (head.length < 8) return undefined;
  const short = head.readUInt32BE(0);
  if (short === 1 && head.length < 16) return undefined;
  const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - offset : short;
  const headerSize = short === 1 ? 16 : 8;
  if (size < headerSize) return undefined;
  return {
    type: head.toString('latin1', 4, 8),
    start: offset + headerSize,
    end: Math.min(end, offset + size),
  };
}
