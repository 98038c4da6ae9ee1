import type { BufferedFile } from '../buffered-file.ts';

/** Of a tag, before its content: its type, size, time and stream. */
export const TAG_HEADER_BYTES = 11;
/** The size of a tag is repeated behind it. */
export const TAG_TRAILER_BYTES = 4;
const FILE_HEADER_BYTES = 9;
/** The most tags of a film that is planned. One that lasts a day has fewer. */
const MAX_TAGS = 4_000_000;

export const AUDIO = 8;
export const VIDEO = 9;
export const SCRIPT = 18;

/** A whole tag. @see Adobe Flash Video File Format Specification 10.1, annex E */
export interface Tag {
  type: number;
  /** Where it begins in the file. */
  start: number;
  /** Where it ends, with its trailer. */
  end: number;
  milliseconds: number;
  /** The first two bytes of its content, which tell the codec and what is in it. */
  first: number;
  second: number;
}

/** Bytes of the content of a tag. */
export const contentBytes = ({ start, end }: Tag): number =>
  end - start - TAG_HEADER_BYTES - TAG_TRAILER_BYTES;

export interface TagList {
  tags: Tag[];
  /** Where the last whole tag ends. What follows is the start of a tag that is cut. */
  end: number;
}

/** Lists the tags of a file. Returns undefined where it is no FLV, or is damaged before its end. */
export async function listTags(bytes: BufferedFile): Promise<TagList | undefined> {
  const head = await bytes.read(0, FILE_HEADER_BYTES + TAG_TRAILER_BYTES);
  if (!isFileHeader(head)) return undefined;
  const tags: Tag[] = [];
  let at = head.length;
  while (at < bytes.size) {
    const found = await readTag(bytes, at);
    if (found === 'cut') break;
    if (!found || tags.length === MAX_TAGS) return undefined;
    tags.push(found);
    at = found.end;
  }
  return { tags, end: at };
}

function isFileHeader(head: Uint8Array): boolean {
  const [f, l, v, version, , ...rest] = head;
  const isName = f === 0x46 && l === 0x4c && v === 0x56;
  return (
    isName && version === 1 && [0, 0, 0, FILE_HEADER_BYTES, 0, 0, 0, 0].every((byte, at) => rest[at] === byte)
  );
}

/** Returns undefined where no tag begins there, and `cut` where it is not whole. */
async function readTag(bytes: BufferedFile, start: number): Promise<Tag | 'cut' | undefined> {
  const head = await bytes.read(start, TAG_HEADER_BYTES + 2);
  const [type = 0, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0] = head;
  const size = (a << 16) | (b << 8) | c;
  if (![AUDIO, VIDEO, SCRIPT].includes(type) || (head.length >= TAG_HEADER_BYTES && (h | i | j) !== 0))
    return undefined;
  const end = start + TAG_HEADER_BYTES + size + TAG_TRAILER_BYTES;
  if (end > bytes.size) return 'cut';
  const trailer = await bytes.read(end - TAG_TRAILER_BYTES, TAG_TRAILER_BYTES);
  const repeated = new DataView(trailer.buffer, trailer.byteOffset).getUint32(0);
  if (repeated !== size + TAG_HEADER_BYTES) return undefined;
  // The fourth byte holds the highest bits.
  const milliseconds = g * 2 ** 24 + ((d << 16) | (e << 8) | f);
  const [first = 0, second = 0] = size > 0 ? head.subarray(TAG_HEADER_BYTES) : [];
  return { type, start, end, milliseconds, first, second };
}
