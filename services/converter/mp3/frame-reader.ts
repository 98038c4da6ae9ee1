import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { NotJoinable } from '../failure.ts';
import { type FrameHeader, HEADER_BYTES, readFrameHeader } from './frame-header.ts';
import { type InfoTag, readInfoTag } from './xing-tag.ts';

const BLOCK_BYTES = 1024 * 1024;
const ID3_HEADER_BYTES = 10;

export interface Frame {
  header: FrameHeader;
  bytes: Buffer;
}

/** An MP3 of ffmpeg's: ID3 tag, the frame with the Info tag, frames of sound. */
export interface FrameFile {
  path: string;
  id3Bytes: number;
  info: Frame;
  tag: InfoTag;
}

/** Reads the start of the file. Throws {@link NotJoinable} when there is no Info tag, as where no sound was encoded. */
export async function openFrameFile(path: string): Promise<FrameFile> {
  const file = await open(path);
  try {
    const take = async (count: number, at: number) =>
      (await file.read(Buffer.alloc(count), 0, count, at)).buffer;
    const head = await take(ID3_HEADER_BYTES, 0);
    const id3Bytes = head.toString('latin1', 0, 3) === 'ID3' ? ID3_HEADER_BYTES + id3Size(head) : 0;
    const header = readFrameHeader(await take(HEADER_BYTES, id3Bytes));
    const bytes = header && (await take(header.bytes, id3Bytes));
    const tag = header && bytes && readInfoTag(bytes, header);
    if (!tag) throw new NotJoinable('a part has no Info tag');
    return { path, id3Bytes, info: { header, bytes }, tag };
  } finally {
    await file.close();
  }
}

/** Four bytes of seven bits (ID3v2.3, 3.1). */
const id3Size = (head: Buffer): number =>
  [6, 7, 8, 9].reduce((size, at) => size * 128 + (head.readUInt8(at) & 127), 0);

/** The frames of sound, as many as one read of the file holds at a time. A last one that is cut is none. */
export async function* framesOf({ path, id3Bytes, info }: FrameFile): AsyncGenerator<Frame[]> {
  const start = id3Bytes + info.bytes.length;
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path, { start, highWaterMark: BLOCK_BYTES })) {
    const bytes = rest.length === 0 ? (block as Buffer) : Buffer.concat([rest, block as Buffer]);
    const frames: Frame[] = [];
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length) {
      const header = readFrameHeader(bytes, at);
      if (!header) throw new NotJoinable('a part holds something else than frames');
      if (at + header.bytes > bytes.length) break;
      frames.push({ header, bytes: bytes.subarray(at, at + header.bytes) });
      at += header.bytes;
    }
    rest = bytes.subarray(at);
    yield frames;
  }
}
