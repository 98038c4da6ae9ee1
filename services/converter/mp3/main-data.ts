import { HEADER_BYTES } from './frame-header.ts';
import type { Frame } from './frame-reader.ts';
import { mainDataBegin, mainDataBits, setMainDataBegin } from './side-info.ts';

/** Returns the part of a frame that holds main data: its own, and that of later frames. */
export const mainDataArea = ({ bytes, header }: Frame): Buffer =>
  bytes.subarray(HEADER_BYTES + header.sideInfoBytes);

/**
 * Returns the last `count` bytes of the main data areas before a frame, in pieces. The pieces share their memory with the frames.
 * Undefined where the frames before it hold fewer bytes.
 */
export function bytesBefore(frames: readonly Frame[], index: number, count: number): Buffer[] | undefined {
  const pieces: Buffer[] = [];
  let missing = count;
  for (let at = index - 1; missing > 0; at--) {
    const frame = frames[at];
    if (!frame) return undefined;
    const area = mainDataArea(frame);
    const piece = area.subarray(Math.max(0, area.length - missing));
    pieces.unshift(piece);
    missing -= piece.length;
  }
  return pieces;
}

/**
 * Returns all that decides how a frame sounds: header, side information, scale factors and Huffman codes, but not where they are
 * and what pads them. Undefined where some of it is in a frame that is not among the given ones.
 */
export function soundOf(frames: readonly Frame[], index: number): Buffer | undefined {
  const frame = frames[index];
  const before = frame && bytesBefore(frames, index, mainDataBegin(frame.bytes, frame.header));
  if (!before) return undefined;
  const { bytes, header } = frame;
  const start = Buffer.from(bytes.subarray(0, HEADER_BYTES + header.sideInfoBytes));
  setMainDataBegin(start, header, 0);
  const bits = mainDataBits(bytes, header);
  const data = Buffer.concat([...before, mainDataArea(frame)]).subarray(0, (bits + 7) >>> 3);
  const last = data.length - 1;
  if (bits % 8 !== 0) data[last] = (data[last] ?? 0) & (0xff << (8 - (bits % 8)));
  return Buffer.concat([start, data]);
}
