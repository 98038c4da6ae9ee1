import { big, type Element, MAX_ELEMENTS } from './element.ts';

/** Segment, SeekHead, Info, Tracks, TrackEntry, Audio, Video, Cues, CuePoint, Cluster, BlockGroup, Tags, Tag, Chapters and their like. */
const PARENTS = new Set(
  [
    ...[
      '1a45dfa3',
      '18538067',
      '114d9b74',
      '4dbb',
      '1549a966',
      '1654ae6b',
      'ae',
      'e1',
      'e0',
      '1c53bb6b',
      'bb',
      'b7',
    ],
    ...[
      '1f43b675',
      'a0',
      '1254c367',
      '7373',
      '67c8',
      '63c0',
      '1043a770',
      '45b9',
      'b6',
      '80',
      '1941a469',
      '61a7',
    ],
  ].map((id) => Number.parseInt(id, 16)),
);
/** SimpleBlock and Block begin with the number of the track, the time and flags. */
const BLOCKS = new Set([0xa3, 0xa1]);

/** The number of leading zero bits tells how many bytes a number has. */
const lengthAt = (bytes: Buffer, at: number): number => Math.clz32(bytes[at] ?? 0) - 23;

/** Finds the elements of a Matroska file. @see RFC 8794 */
export function ebmlElements(bytes: Buffer, from = 0, to = bytes.length): Element[] {
  const found: Element[] = [];
  for (let at = from; at < to && found.length < MAX_ELEMENTS; ) {
    const idBytes = lengthAt(bytes, at);
    const sizeBytes = lengthAt(bytes, at + idBytes);
    const head = idBytes + sizeBytes;
    if (idBytes > 4 || sizeBytes > 8 || at + head > to) break;
    const size = sizeAt(bytes, at + idBytes, sizeBytes);
    const end = size === undefined ? to : Math.min(to, at + head + size);
    const id = bytes.readUIntBE(at, idBytes);
    const fields = [big(at, idBytes), big(at + idBytes, sizeBytes)];
    if (BLOCKS.has(id)) fields.push(big(at + head, 1), big(at + head + 1, 2), big(at + head + 3, 1));
    else if (!PARENTS.has(id) && end - at - head <= 8 && end > at + head)
      fields.push(big(at + head, end - at - head));
    found.push({ start: at, end, head, fields });
    if (PARENTS.has(id)) found.push(...ebmlElements(bytes, at + head, end));
    at = end;
  }
  return found;
}

/** All bits of an unknown size are set. */
function sizeAt(bytes: Buffer, at: number, length: number): number | undefined {
  let size = (bytes[at] ?? 0) & (0xff >> length);
  let isUnknown = size === 0xff >> length;
  for (const byte of bytes.subarray(at + 1, at + length)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return isUnknown ? undefined : size;
}
