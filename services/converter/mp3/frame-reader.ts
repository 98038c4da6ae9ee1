import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { NotJoinable } from '../failure.ts';
import { type FrameHeader, HEADER_BYTES, readFrameHeader } from './frame-header.ts';
import { readXingTag, type XingTag } from './xing-tag.ts';

const BLOCK_BYTES = 1024 * 1024;
const ID3_HEADER_BYTES = 10;

export interface Frame {
  header: FrameHeader;
  bytes: Buffer;
}

export const copyOf = (frame: Frame): Frame => ({ ...frame, bytes: Buffer.from(frame.bytes) });

/** An MP3 that ffmpeg wrote: an ID3 tag, a frame that holds the Xing tag, and frames of sound. */
export interface TaggedMp3 {
  path: string;
  /** Length of the ID3 tag. 0 where there is none. */
  id3Bytes: number;
  tagFrame: Frame;
  tag: XingTag;
}

/**
 * Reads the tags at the start of the file. Throws {@link NotJoinable} when
 * there is no Xing tag, as when no sound was encoded.
 */
export async function readTags(path: string): Promise<TaggedMp3> {
  const file = await open(path);
  try {
    const readAt = async (at: number, count: number) =>
      (await file.read(Buffer.alloc(count), 0, count, at)).buffer;
    const head = await readAt(0, ID3_HEADER_BYTES);
    const id3Bytes = head.toString('latin1', 0, 3) === 'ID3' ? ID3_HEADER_BYTES + id3Size(head) : 0;
    const header = readFrameHeader(await readAt(id3Bytes, HEADER_BYTES));
    const bytes = header && (await readAt(id3Bytes, header.bytes));
    const tag = header && bytes && readXingTag(bytes, header);
    if (!tag) throw new NotJoinable('a part has no Xing tag');
    return { path, id3Bytes, tagFrame: { header, bytes }, tag };
  } finally {
    await file.close();
  }
}

/** Reads the size of an ID3 tag: four bytes of seven bits each (ID3v2.3, 3.1). */
const id3Size = (head: Buffer): number =>
  [6, 7, 8, 9].reduce((size, at) => size * 128 + (head.readUInt8(at) & 127), 0);

/** Yields the frames of sound, those of one read of the file at a time. A last frame that is cut off is left out. */
export async function* readFrames({ path, id3Bytes, tagFrame }: TaggedMp3): AsyncGenerator<Frame[]> {
  const start = id3Bytes + tagFrame.bytes.length;
  /** The start of a frame whose end is in the next block. */
  let incomplete: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path, { start, highWaterMark: BLOCK_BYTES })) {
    const bytes = incomplete.length === 0 ? (block as Buffer) : Buffer.concat([incomplete, block as Buffer]);
    const frames: Frame[] = [];
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const header = readFrameHeader(bytes, at);
      if (!header) throw new NotJoinable('a part holds something other than frames');
      if (at + header.bytes > bytes.length) break;
      frames.push({ header, bytes: bytes.subarray(at, at + header.bytes) });
      at += header.bytes;
    }
    incomplete = bytes.subarray(at);
    yield frames;
  }
}
