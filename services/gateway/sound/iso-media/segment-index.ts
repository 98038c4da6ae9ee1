import { type Box, type BoxReader, Unplannable } from './boxes.ts';

const MAX_INDEX_BYTES = 1024 * 1024;
const REFERENCE_BYTES = 12;

/**
 * Returns a copy of a segment index (`sidx`) with the sizes of the segments in the smaller file. The server judges by it whether
 * the film is complete. ISO 14496-12, 8.16.3.
 *
 * @param placeOf returns where a box of the film begins in the smaller file
 * @param newEnd where the index itself ends in the smaller file
 */
export async function changeSegmentIndex(
  reader: BoxReader,
  { start, content, end }: Box,
  { placeOf, newEnd }: { placeOf: (position: number) => number; newEnd: number },
): Promise<Uint8Array> {
  if (end - start > MAX_INDEX_BYTES) throw new Unplannable('A segment index is too long.');
  const original = await reader.read(start, end - start);
  const bytes = new Uint8Array(original.buffer, original.byteOffset, original.byteLength).slice();
  const view = new DataView(bytes.buffer, content - start);
  const isLong = view.byteLength > 0 && view.getUint8(0) === 1;
  const references = isLong ? 32 : 24;
  if (view.byteLength < references) throw new Unplannable('A segment index is cut off.');
  const count = view.getUint16(references - 2);
  if (view.byteLength < references + count * REFERENCE_BYTES)
    throw new Unplannable('A segment index is cut off.');
  let position = end + (isLong ? Number(view.getBigUint64(20)) : view.getUint32(16));
  const firstOffset = placeOf(position) - newEnd;
  if (isLong) view.setBigUint64(20, BigInt(firstOffset));
  else view.setUint32(16, firstOffset);
  for (let at = references; at < references + count * REFERENCE_BYTES; at += REFERENCE_BYTES) {
    const size = view.getUint32(at);
    // The highest bit says that it is a segment of other indexes.
    if (size >= 2 ** 31) throw new Unplannable('A segment index has others below it.');
    view.setUint32(at, placeOf(position + size) - placeOf(position));
    position += size;
  }
  return bytes;
}
