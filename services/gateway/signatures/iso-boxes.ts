import { latin1, readUnsigned } from './bytes.ts';

/**
 * Types of boxes at the top level of a file of the ISO family (ISO 14496-12, QuickTime, DASH, CMAF). A segment may begin with
 * an event, a time or an index, and old cameras and editors write `wide`, `pnot`, `junk` and others before the index.
 */
const TOP_LEVEL = new Set([
  ...['ftyp', 'styp', 'moov', 'moof', 'mdat', 'imda', 'mfra', 'sidx', 'ssix', 'emsg', 'prft', 'pdin'],
  ...['uuid', 'meta', 'meco', 'udta', 'free', 'skip', 'wide', 'pnot', 'junk', 'pict', 'ediw', 'prfl'],
]);
/** A box of this size begins with a letter, so it may be text such as «Get free …». */
const TEXT_BYTES = 0x2000_0000;
const MAX_BOXES = 64;

/** Whether the file begins with a box of the ISO family. */
export const startsWithBox = (head: Uint8Array): boolean => isTopLevel(boxAt(head, 0));

/**
 * Whether a box of the ISO family follows boxes of other types, which readers skip (ISO 14496-12 4.2). The boxes are followed
 * by their sizes, so that nothing is found inside a box.
 */
export function hasBoxes(head: Uint8Array): boolean {
  let at = 0;
  for (let count = 0; count < MAX_BOXES; count += 1) {
    const box = boxAt(head, at);
    if (!box) return false;
    if (isTopLevel(box)) return true;
    at += box.size;
  }
  return false;
}

interface Box {
  type: string;
  /** Bytes with the header. Infinity where the box reaches to the end of the file. */
  size: number;
}

const isTopLevel = (box: Box | undefined): boolean =>
  box !== undefined &&
  TOP_LEVEL.has(box.type) &&
  (box.type === 'mdat' || box.size < TEXT_BYTES || !Number.isFinite(box.size));

/** Returns the box at `at`. Undefined for a size that is not valid, or a type that is not four printable characters. */
function boxAt(head: Uint8Array, at: number): Box | undefined {
  if (at + 8 > head.length) return undefined;
  const type = latin1(head, at + 4, at + 8);
  if (!/^[ -~\xa9]{4}$/.test(type)) return undefined;
  const short = readUnsigned(head, at, 4);
  if (short === 0) return { type, size: Infinity };
  if (short !== 1) return short < 8 ? undefined : { type, size: short };
  // A size of 1 means that 64 bits with the size follow.
  if (at + 16 > head.length) return undefined;
  const long = readUnsigned(head, at + 8, 4) * 2 ** 32 + readUnsigned(head, at + 12, 4);
  return long < 16 ? undefined : { type, size: long };
}
