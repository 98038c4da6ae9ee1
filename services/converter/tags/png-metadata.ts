import { inflateSync } from 'node:zlib';
import { isPrivateText, readExif } from './exif.ts';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum of a chunk. */
const OVERHEAD = 12;
const TEXTS = ['tEXt', 'zTXt', 'iTXt'];
const MAX_INFLATED = 1024 * 1024;

interface Chunk {
  type: string;
  bytes: Buffer;
  content: Buffer;
}

/**
 * Returns a PNG without its Exif and texts where these tell a place, a person or a device, and otherwise the same bytes.
 * Returns undefined for bytes that are no whole PNG. @see PNG (third edition), chapter 11
 */
export function removePrivatePngData(png: Buffer): Buffer | undefined {
  const chunks = split(png);
  if (!chunks) return undefined;
  const isWhole = chunks.reduce((sum, { bytes }) => sum + bytes.length, SIGNATURE_BYTES) === png.length;
  if (!chunks.some(isPrivate) && isWhole) return png;
  const kept = chunks.filter(({ type }) => type !== 'eXIf' && !TEXTS.includes(type));
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...kept.map(({ bytes }) => bytes)]);
}

function split(png: Buffer): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let offset = SIGNATURE_BYTES;
  while (offset + OVERHEAD <= png.length) {
    const end = offset + OVERHEAD + png.readUInt32BE(offset);
    if (end > png.length) return undefined;
    const type = png.toString('latin1', offset + 4, offset + 8);
    chunks.push({ type, bytes: png.subarray(offset, end), content: png.subarray(offset + 8, end - 4) });
    // What follows the end is no part of the picture.
    if (type === 'IEND') return chunks;
    offset = end;
  }
  return undefined;
}

function isPrivate({ type, content }: Chunk): boolean {
  if (type === 'eXIf') return readExif(content).isPrivate;
  if (!TEXTS.includes(type)) return false;
  const text = content.toString('latin1');
  // ImageMagick writes Exif and IPTC as hexadecimal text: `Raw profile type exif`.
  if (/^Raw profile type (?:exif|app1|iptc|xmp)\0/i.test(text)) return true;
  if (/^(?:make|model|author|location|gps|exif:)/i.test(text)) return true;
  return isPrivateText(`${text}${inflated(type, content)}`);
}

/** Returns the text of a compressed chunk, or an empty text. What does not inflate into 1 MiB is not looked at. */
function inflated(type: string, content: Buffer): string {
  if (type === 'tEXt') return '';
  const keywordEnd = content.indexOf(0);
  // zTXt: keyword, method, data. iTXt: keyword, flag, method, language, translated keyword, data.
  let data = keywordEnd + 2;
  if (type === 'iTXt') data = content.indexOf(0, content.indexOf(0, keywordEnd + 3) + 1) + 1;
  try {
    return inflateSync(content.subarray(data), { maxOutputLength: MAX_INFLATED }).toString('latin1');
  } catch {
    return '';
  }
}
