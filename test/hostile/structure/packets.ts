import { pageLength } from '../bytes/ogg.ts';
import { big, type Element, type Field, little, MAX_ELEMENTS } from './element.ts';

/** Finds elements at every place where some bytes stand. Each ends where the next one begins. */
export function elementsAt(
  bytes: Buffer,
  sync: Buffer,
  { head, fields }: { head: number; fields: readonly Field[] },
): Element[] {
  const starts: number[] = [];
  for (
    let at = bytes.indexOf(sync);
    at >= 0 && starts.length < MAX_ELEMENTS;
    at = bytes.indexOf(sync, at + 1)
  )
    starts.push(at);
  return starts.map((start, index) => ({
    ...{ start, end: starts[index + 1] ?? bytes.length, head },
    fields: fields.map((field) => ({ ...field, at: field.at + start })),
  }));
}

/** Version, flags, time, serial number, page number, checksum and number of segments. @see RFC 3533 */
const OGG_FIELDS = [
  ...[little(4, 1), little(5, 1), little(6, 8), little(14, 4), little(18, 4), little(22, 4), little(26, 1)],
  ...[little(27, 1), little(35, 4), little(39, 2), little(40, 4)],
];

export const oggPages = (bytes: Buffer): Element[] =>
  elementsAt(bytes, Buffer.from('OggS'), { head: 27, fields: OGG_FIELDS }).map((page) => ({
    ...page,
    end: Math.min(bytes.length, page.start + pageLength(bytes, page.start)),
  }));

/** Packets of equal length, as in a transport stream. */
export const fixedPackets = (bytes: Buffer, length: number, first: number): Element[] =>
  Array.from({ length: Math.min(MAX_ELEMENTS, Math.floor((bytes.length - first) / length)) }, (_, index) => {
    const start = first + index * length;
    const fields = [
      big(start, 1),
      big(start + 1, 2),
      big(start + 3, 1),
      big(start + 4, 1),
      big(start + 5, 1),
    ];
    const table = [
      big(start + 6, 2),
      big(start + 9, 5),
      big(start + 13, 2),
      big(start + 17, 2),
      big(start + 19, 5),
    ];
    return { start, end: start + length, head: 4, fields: [...fields, ...table] };
  });

/** The tags of an FLV: type, size, time and stream, and the first bytes of the sound or the script. */
export function flvTags(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let start = 13; start + 15 <= bytes.length && found.length < MAX_ELEMENTS; ) {
    const end = Math.min(bytes.length, start + 15 + bytes.readUIntBE(start + 1, 3));
    const fields = [
      big(start, 1),
      big(start + 1, 3),
      big(start + 4, 3),
      big(start + 8, 3),
      big(start + 11, 1),
    ];
    found.push({ start, end, head: 11, fields: [...fields, big(start + 12, 1), big(end - 4, 4)] });
    start = end;
  }
  return found;
}

/** The blocks of metadata at the start of a FLAC. @see RFC 9639, 8 */
export function flacBlocks(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let start = 4; start + 8 <= bytes.length; ) {
    const end = Math.min(bytes.length, start + 4 + bytes.readUIntBE(start + 1, 3));
    const inner = [0, 4, 8, 12, 16].filter((at) => start + 8 + at <= end).map((at) => big(start + 4 + at, 4));
    found.push({ start, end, head: 4, fields: [big(start, 1), big(start + 1, 3), ...inner] });
    if ((bytes[start] ?? 0) & 0x80) break;
    start = end;
  }
  return found;
}

/** The frames of an ID3v2 tag. */
export function id3Frames(bytes: Buffer): Element[] {
  const fields = [big(3, 1), big(4, 1), big(5, 1), big(6, 4)];
  const found: Element[] = [{ start: 0, end: 10, head: 10, fields }];
  for (let start = 10; start + 10 < bytes.length && (bytes[start] ?? 0) >= 0x30 && found.length < 200; ) {
    const end = Math.min(bytes.length, start + 10 + bytes.readUInt32BE(start + 4));
    found.push({
      start,
      end,
      head: 10,
      fields: [big(start, 4), big(start + 4, 4), big(start + 8, 2), big(start + 10, 1)],
    });
    start = end;
  }
  return found;
}

/** The sets of an MXF: a key of 16 bytes, and a size of 4 bytes as ffmpeg writes it. @see SMPTE 377-1 */
export const mxfSets = (bytes: Buffer): Element[] =>
  elementsAt(bytes, Buffer.from('060e2b34', 'hex'), {
    head: 20,
    fields: [big(4, 4), big(12, 4), big(16, 4), big(20, 2), big(22, 2), big(24, 4), big(28, 4)],
  });

/** Every frame of sound in a stream without a container, by the bytes with which the first one begins. */
export const soundFrames = (bytes: Buffer): Element[] =>
  elementsAt(bytes, bytes.subarray(0, 2), {
    head: 8,
    fields: [0, 1, 2, 3, 4, 5, 6, 7].map((at) => big(at, 1)),
  });
