import { type ExtentReader, fromFilmStart, lengthOrNothing } from './extent.ts';

/** Bytes of the file's start in which the metadata are. */
const HEAD_BYTES = 256 * 1024;
/** Bytes of the file's end in which the last whole tag is searched. */
const TAIL_BYTES = 4 * 1024 * 1024;
const TAG_HEADER_BYTES = 11;
/** Tags to look at from the last one backwards, for the latest time of sound and picture. */
const LAST_TAGS = 64;
const TAG_TYPES = [8, 9, 18];

interface Tag {
  /** Where the tag ends, without the four bytes that repeat its length. */
  end: number;
  seconds: number;
  bytes: number;
}

/** FLV: the metadata may state length and size, and each tag is followed by its own length. */
export const readFlv: ExtentReader = async (file, track) => {
  if ((await file.read(0, 3)).toString('latin1') !== 'FLV') return undefined;
  const head = await file.read(0, HEAD_BYTES);
  const fileSeconds = fromFilmStart(lengthOrNothing(readMetadata(head, 'duration')), track);
  const statedBytes = readMetadata(head, 'filesize');
  const from = Math.max(0, file.size - TAIL_BYTES);
  const tail = await file.read(from, TAIL_BYTES);
  const last = lastTag(tail);
  const lastSeconds = last && fromFilmStart(latestSeconds(tail, last), track);
  if (last === undefined) return { end: 'unknown', fileSeconds };
  const isCut = isCutAfter(tail, last);
  // A recorder of streams may copy the size of another file. It proves nothing alone.
  const isShort = statedBytes > file.size && fileSeconds !== undefined;
  return { end: isCut || isShort ? 'cut' : 'whole', isSuspected: !isCut, fileSeconds, lastSeconds };
};

/** Returns a number of the metadata, or NaN. In AMF 0, a number has the type 0 and 64 bits. */
function readMetadata(head: Buffer, name: string): number {
  const key = Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name, 'latin1'), Buffer.from([0])]);
  const at = head.indexOf(key);
  const value = at + key.length;
  return at >= 0 && value + 8 <= head.length ? head.readDoubleBE(value) : Number.NaN;
}

/** Reads the header of a tag. Returns undefined for other bytes. */
function readTag(bytes: Buffer, at: number): Tag | undefined {
  if (at < 0 || at + TAG_HEADER_BYTES > bytes.length) return undefined;
  // The stream's number is always 0. Bit 5 of the type says that the tag is encrypted.
  if (!TAG_TYPES.includes((bytes[at] ?? 0) & 0x1f) || bytes.readUIntBE(at + 8, 3) !== 0) return undefined;
  const length = TAG_HEADER_BYTES + bytes.readUIntBE(at + 1, 3);
  const milliseconds = bytes.readUIntBE(at + 4, 3) + (bytes[at + 7] ?? 0) * 2 ** 24;
  return { end: at + length, seconds: milliseconds / 1000, bytes: length };
}

/** Returns the last tag that is whole. */
function lastTag(bytes: Buffer): Tag | undefined {
  for (let at = bytes.length - 4; at > TAG_HEADER_BYTES; at--) {
    const tag = tagBefore(bytes, at);
    if (tag) return tag;
  }
  return undefined;
}

/** Returns the tag that ends at the position, if its length is repeated there. */
function tagBefore(bytes: Buffer, end: number): Tag | undefined {
  const length = bytes.readUInt32BE(end);
  const tag = length > TAG_HEADER_BYTES ? readTag(bytes, end - length) : undefined;
  return tag?.bytes === length ? tag : undefined;
}

function latestSeconds(bytes: Buffer, last: Tag): number {
  let { seconds } = last;
  let tag: Tag | undefined = last;
  for (let count = 0; count < LAST_TAGS && tag; count++) {
    seconds = Math.max(seconds, tag.seconds);
    const end: number = tag.end - tag.bytes - 4;
    tag = end > TAG_HEADER_BYTES ? tagBefore(bytes, end) : undefined;
  }
  return seconds;
}

/** Whether what follows the last whole tag is the start of another one. Anything else is garbage. */
function isCutAfter(bytes: Buffer, last: Tag): boolean {
  const next = last.end + 4;
  const rest = bytes.length - next;
  if (rest <= 0) return rest < 0;
  if (rest < TAG_HEADER_BYTES) return TAG_TYPES.includes((bytes[next] ?? 0) & 0x1f);
  const tag = readTag(bytes, next);
  return tag !== undefined && tag.end > bytes.length && Math.abs(tag.seconds - last.seconds) < 60;
}
