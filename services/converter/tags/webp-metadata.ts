import { isPrivateText, readExif } from './exif.ts';

const HEAD_BYTES = 12;
/** Flags of the chunk VP8X for Exif and XMP. */
const METADATA_FLAGS = 0x08 | 0x04;

interface Chunk {
  type: string;
  bytes: Buffer;
  content: Buffer;
}

/**
 * Returns a WebP without Exif and XMP where these tell a place, a person or a device, and otherwise the same bytes. Returns
 * undefined for bytes that are no whole WebP. @see RFC 9649
 */
export function removePrivateWebpData(webp: Buffer): Buffer | undefined {
  const chunks: Chunk[] = [];
  let offset = HEAD_BYTES;
  while (offset + 8 <= webp.length) {
    const size = webp.readUInt32LE(offset + 4);
    if (offset + 8 + size > webp.length) return undefined;
    const end = offset + 8 + size + (size % 2);
    const content = webp.subarray(offset + 8, offset + 8 + size);
    chunks.push({
      type: webp.toString('latin1', offset, offset + 4),
      bytes: webp.subarray(offset, end),
      content,
    });
    offset = end;
  }
  if (!chunks.some(isPrivate)) return webp;
  const kept = chunks.filter(({ type }) => type !== 'EXIF' && type !== 'XMP ').map(withoutFlags);
  const head = Buffer.from(webp.subarray(0, HEAD_BYTES));
  head.writeUInt32LE(
    kept.reduce((sum, { length }) => sum + length, 4),
    4,
  );
  return Buffer.concat([head, ...kept]);
}

function isPrivate({ type, content }: Chunk): boolean {
  if (type === 'XMP ') return isPrivateText(content.toString('latin1'));
  if (type !== 'EXIF') return false;
  const hasPrefix = content.toString('latin1', 0, 6) === 'Exif\0\0';
  return readExif(hasPrefix ? content.subarray(6) : content).isPrivate;
}

function withoutFlags({ type, bytes }: Chunk): Buffer {
  if (type !== 'VP8X') return bytes;
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy[8] ?? 0) & ~METADATA_FLAGS & 0xff, 8);
  return copy;
}
