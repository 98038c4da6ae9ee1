import { type Element, vintLength, writeHeader } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import type { MatroskaTrack } from './tracks.ts';

/**
 * Bytes that are kept of a coded picture or of one of its slices. They hold its header, from which ffmpeg learns the order and the
 * rate of the pictures. The picture itself is not decoded for the MP3.
 */
const KEPT_BYTES = 2048;
/** Larger blocks are kept as they are. */
const MAX_BLOCK_BYTES = 8 * 1024 * 1024;

/** A block with less of its picture: bytes of our own, and parts of the film from a start to before an end. */
export interface ShortBlock {
  /** Bytes. */
  size: number;
  pieces: (Uint8Array | readonly [start: number, end: number])[];
}

/** Which NAL units of a codec hold slices, which may be cut. The others are headers. */
const isSlice: Readonly<Record<string, (firstByte: number) => boolean>> = {
  // Table 7-1 of ITU-T H.264, and of H.265.
  'V_MPEG4/ISO/AVC': (byte) => (byte & 0x1f) >= 1 && (byte & 0x1f) <= 5,
  'V_MPEGH/ISO/HEVC': (byte) => ((byte >> 1) & 0x3f) < 32,
};
/** Codecs whose pictures begin with their headers, and may end anywhere. */
const CUT_ANYWHERE = /^V_(MJPEG|MPEG1|MPEG2|MPEG4\/ISO\/(ASP|AP|SP))$/;

/**
 * Shortens a `SimpleBlock` of a picture. Returns undefined where it is small, or where that is not possible for its codec.
 * The block has no lacing, as pictures have.
 */
export async function shortenPicture(
  film: FilmReader,
  { codecId, nalLengthBytes }: Pick<MatroskaTrack, 'codecId' | 'nalLengthBytes'>,
  element: Element,
): Promise<ShortBlock | undefined> {
  const length = element.end - element.start;
  if (length <= 2 * KEPT_BYTES || length > MAX_BLOCK_BYTES) return undefined;
  const bytes = await film.content(element, MAX_BLOCK_BYTES);
  const head = vintLength(bytes, 0) + 3;
  const isUnit = isSlice[codecId];
  if (isUnit)
    return nalLengthBytes ? shortenUnits(bytes, { element, head, nalLengthBytes, isUnit }) : undefined;
  return CUT_ANYWHERE.test(codecId)
    ? blockOf([[element.start, element.start + head + KEPT_BYTES]])
    : undefined;
}

interface Units {
  element: Element;
  /** Bytes in front of the first unit. */
  head: number;
  nalLengthBytes: number;
  isUnit: (firstByte: number) => boolean;
}

/** Each unit has its length in front (ISO 14496-15). A shorter unit needs a new one, or ffmpeg would refuse the picture. */
function shortenUnits(
  bytes: Uint8Array,
  { element: { start }, head, nalLengthBytes, isUnit }: Units,
): ShortBlock | undefined {
  const pieces: ShortBlock['pieces'] = [[start, start + head]];
  for (let at = head; at < bytes.length; ) {
    const content = at + nalLengthBytes;
    let length = 0;
    for (let place = at; place < content; place++) length = length * 256 + (bytes[place] ?? 0);
    if (length === 0 || content + length > bytes.length) return undefined;
    const kept = isUnit(bytes[content] ?? 0) ? Math.min(length, KEPT_BYTES) : length;
    pieces.push(bigEndian(kept, nalLengthBytes), [start + content, start + content + kept]);
    at = content + length;
  }
  return blockOf(pieces);
}

function bigEndian(value: number, byteCount: number): Uint8Array {
  return Uint8Array.from(
    { length: byteCount },
    (_, place) => (value >>> (8 * (byteCount - 1 - place))) & 0xff,
  );
}

function blockOf(content: ShortBlock['pieces']): ShortBlock {
  const size = sizeOf(content);
  const header = writeHeader(ID.simpleBlock, size, 4);
  return { size: header.length + size, pieces: [header, ...content] };
}

const sizeOf = (pieces: ShortBlock['pieces']): number =>
  pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece[1] - piece[0]), 0);
