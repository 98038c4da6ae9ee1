import { type Chapter, parseChapter } from './chapter-frame.ts';
import { type Picture, parsePicture } from './picture-frame.ts';

/** Of the tag, and of each frame. */
const HEADER_BYTES = 10;
/** The converter writes less: pictures have at most 8 MiB, and 2,000 chapters less than 2 MiB. */
const MAX_TAG_BYTES = 16 * 1024 * 1024;
const MAX_FRAMES = 5000;
/** The title of a chapter has at most 200 characters. */
const MAX_CHAPTER_BYTES = 4096;
/** What is in front of the bytes of a picture, and enough of these to tell its type. */
const PICTURE_HEAD_BYTES = 256;
/** What is read at a time. */
const WINDOW_BYTES = 256 * 1024;

export interface Mp3Tag {
  chapters: Chapter[];
  /** The first picture, unless a browser could not show it. */
  cover: Picture | undefined;
}

/** Returns the bytes from `start` to before `end`, or as many of them as the file has. */
export type ReadBytes = (start: number, end: number) => Promise<Buffer>;

/**
 * Reads the chapters of an MP3, and finds its cover, in the ID3v2.3 tag in front of its frames. Nothing in the tag makes this
 * fail: what is damaged is left out. Bytes of pictures are skipped.
 *
 * @see https://id3.org/id3v2.3.0 and https://id3.org/id3v2-chapters-1.0
 */
export async function readId3Tag(read: ReadBytes): Promise<Mp3Tag> {
  const bytesAt = createWindow(read);
  const tag: Mp3Tag = { chapters: [], cover: undefined };
  const end = tagEnd(await bytesAt(0, HEADER_BYTES));
  let at = HEADER_BYTES;
  for (let frames = 0; frames < MAX_FRAMES && at + HEADER_BYTES <= end; frames++) {
    const header = await bytesAt(at, HEADER_BYTES);
    const start = at + HEADER_BYTES;
    if (header.length < HEADER_BYTES || header[0] === 0) break;
    at = start + header.readUInt32BE(4);
    if (at > end) break;
    const id = header.toString('latin1', 0, 4);
    if (id === 'CHAP' && at - start <= MAX_CHAPTER_BYTES) {
      const chapter = parseChapter(await bytesAt(start, at - start));
      if (chapter) tag.chapters.push(chapter);
    }
    if (id === 'APIC') {
      const head = await bytesAt(start, Math.min(at - start, PICTURE_HEAD_BYTES));
      tag.cover ??= parsePicture(head, { start, end: at });
    }
  }
  return tag;
}

/** Returns where the tag ends, or 0 where there is none that we read. Its size has seven bits in each byte (3.1). */
function tagEnd(header: Buffer): number {
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, 4) !== 'ID3\x03') return 0;
  const size = header.subarray(6).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return HEADER_BYTES + Math.min(size, MAX_TAG_BYTES);
}

/** Returns a function that returns bytes of the file, and reads some more of them at a time. */
function createWindow(read: ReadBytes) {
  let from = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return async (at: number, length: number): Promise<Buffer> => {
    if (at < from || at + length > from + bytes.length) {
      bytes = await read(at, at + Math.max(length, WINDOW_BYTES));
      from = at;
    }
    return bytes.subarray(at - from, at - from + length);
  };
}
