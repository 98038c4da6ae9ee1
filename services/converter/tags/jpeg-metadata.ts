import { isPrivateText, orientationOnly, readExif } from './exif.ts';

const APP1 = 0xe1;
const APP2 = 0xe2;
const APP13 = 0xed;
const COM = 0xfe;
const SOS = 0xda;
const EOI = 0xd9;
const EXIF = 'Exif\0\0';
/** Datasets of IPTC: by-line, city, sublocation, province, country. @see IPTC-NAA IIM 4.2, chapter 6 */
const IPTC_PRIVATE = /1c02(?:50|5a|5c|5f|64|65)/;

interface Segment {
  marker: number;
  /** From the marker to the next one. */
  bytes: Buffer;
  content: Buffer;
}

/**
 * Returns a JPEG without its metadata where these tell a place, a person or a device, and otherwise the same bytes. The
 * picture itself is never decoded. The orientation stays. Returns undefined for bytes that are no JPEG.
 */
export function removePrivateJpegData(jpeg: Buffer): Buffer | undefined {
  const parts = split(jpeg);
  if (!parts) return undefined;
  const { segments, trailer } = parts;
  if (!segments.some(isPrivate) && !isPrivateTrailer(trailer)) return jpeg;
  const exif = segments.find(isExif);
  const orientation = exif ? readExif(exif.content.subarray(EXIF.length)).orientation : 1;
  const kept = segments.filter((segment) => !isMetadata(segment)).map(({ bytes }) => bytes);
  if (orientation > 1 && orientation <= 8) kept.unshift(app1(orientationOnly(orientation)));
  return Buffer.concat([jpeg.subarray(0, 2), ...kept]);
}

const startsWith = ({ content }: Segment, text: string) =>
  content.toString('latin1', 0, text.length) === text;
const isExif = (segment: Segment) => segment.marker === APP1 && startsWith(segment, EXIF);
/** APP2 holds ICC profiles, which stay, and the index of pictures behind this one, which are cut off. */
const isMetadata = (segment: Segment) =>
  [APP1, APP13, COM].includes(segment.marker) || (segment.marker === APP2 && startsWith(segment, 'MPF\0'));

function isPrivate(segment: Segment): boolean {
  if (isExif(segment)) return readExif(segment.content.subarray(EXIF.length)).isPrivate;
  const text = segment.content.toString('latin1');
  if (segment.marker === APP13)
    return IPTC_PRIVATE.test(segment.content.toString('hex')) || isPrivateText(text);
  return (segment.marker === APP1 || segment.marker === COM) && isPrivateText(text);
}

/** Phones write more behind the picture: previews with Exif of their own, and blocks of the maker. */
const isPrivateTrailer = (trailer: Buffer) =>
  trailer.includes(EXIF, 0, 'latin1') ||
  isPrivateText(trailer.toString('latin1')) ||
  trailer.includes('SEFT');

function app1(tiff: Buffer): Buffer {
  const head = Buffer.from([0xff, APP1, 0, 2 + EXIF.length + tiff.length]);
  return Buffer.concat([head, Buffer.from(EXIF, 'latin1'), tiff]);
}

/** Splits at the markers. @see ITU-T T.81, annex B */
function split(jpeg: Buffer): { segments: Segment[]; trailer: Buffer } | undefined {
  const segments: Segment[] = [];
  let offset = 2;
  while (offset + 2 <= jpeg.length && jpeg[offset] === 0xff) {
    const marker = jpeg[offset + 1] ?? 0;
    if (marker === EOI) {
      const bytes = jpeg.subarray(offset, offset + 2);
      segments.push({ marker, bytes, content: Buffer.alloc(0) });
      return { segments, trailer: jpeg.subarray(offset + 2) };
    }
    // Fill bytes may precede a marker.
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    if (offset + 4 > jpeg.length) return undefined;
    const headEnd = offset + 2 + jpeg.readUInt16BE(offset + 2);
    const end = marker === SOS ? nextMarker(jpeg, headEnd) : headEnd;
    segments.push({ marker, bytes: jpeg.subarray(offset, end), content: jpeg.subarray(offset + 4, headEnd) });
    offset = end;
  }
  // The end marker is missing where a picture was cut off. Decoders show what there is.
  return segments.some(({ marker }) => marker === SOS) ? { segments, trailer: Buffer.alloc(0) } : undefined;
}

/** In the coded picture, `FF 00` is a byte and `FF D0` to `FF D7` are restart markers. */
function nextMarker(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return jpeg.length;
}
