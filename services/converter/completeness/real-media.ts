import { fourLetters } from './chunks.ts';
import { byteExtent, type ExtentReader, lengthOrNothing } from './extent.ts';

const MAX_CHUNKS = 1000;
const DATA_HEADER_BYTES = 18;
/** ffmpeg states a size of `DATA` that is ten bytes too large. */
const EXCESS_BYTES = 10;

/** RealMedia: a chain of chunks, whose sizes count their headers. The chunk `DATA` holds the packets. */
export const readRealMedia: ExtentReader = async (file) => {
  let position = 0;
  let fileSeconds: number | undefined;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const head = await file.read(position, 50);
    const type = head.length >= 10 ? fourLetters(head, 0) : undefined;
    if (position === 0 && type !== '.RMF') return undefined;
    if (type === undefined) break;
    const size = head.readUInt32BE(4);
    // The length of the longest stream, in milliseconds.
    if (type === 'PROP' && head.length >= 34) fileSeconds = lengthOrNothing(head.readUInt32BE(30) / 1000);
    if (type === 'DATA') {
      // A recording that is still going on states no size.
      const isStated = size > DATA_HEADER_BYTES && size < 0xffffffff;
      const extent = byteExtent(file, position + DATA_HEADER_BYTES, position + size - EXCESS_BYTES);
      return isStated ? { ...extent, fileSeconds } : { end: 'unknown', fileSeconds };
    }
    if (size < 10) break;
    position += size;
  }
  return { end: 'unknown', fileSeconds };
};
