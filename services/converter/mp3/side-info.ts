import { type FrameHeader, HEADER_BYTES } from './frame-header.ts';

/**
 * Layout of the side information of Layer III (ISO 11172-3, 2.4.1.7; ISO 13818-3, 2.4.1.7): `main_data_begin`, private bits
 * and scfsi, then one block for each granule and channel. A block starts with the 12 bits of `part2_3_length`.
 */
interface Layout {
  granules: 1 | 2;
  /** Bits before the first block. */
  head: number;
  /** Bits of a block. */
  block: number;
}

function layoutOf({ mpeg1, channels }: FrameHeader): Layout {
  if (mpeg1) return { granules: 2, head: channels === 1 ? 18 : 20, block: 59 };
  return { granules: 1, head: channels === 1 ? 9 : 10, block: 63 };
}

/** How far before its frame the main data can begin at most, in bytes. The field has 9 bits in MPEG-1, and 8 in MPEG-2. */
export const maxMainDataBegin = ({ mpeg1 }: FrameHeader): number => (mpeg1 ? 511 : 255);

/** How far before its frame the main data begins, in bytes. Headers and side information of other frames do not count. */
export function mainDataBegin(frame: Buffer, { mpeg1 }: FrameHeader): number {
  return mpeg1 ? frame.readUInt16BE(HEADER_BYTES) >>> 7 : frame.readUInt8(HEADER_BYTES);
}

export function setMainDataBegin(frame: Buffer, { mpeg1 }: FrameHeader, value: number): void {
  if (mpeg1) frame.writeUInt16BE((frame.readUInt16BE(HEADER_BYTES) & 0x7f) | (value << 7), HEADER_BYTES);
  else frame.writeUInt8(value, HEADER_BYTES);
}

/** Length of the scale factors and Huffman codes of a frame in bytes, without what pads the frame. */
export const mainDataBytes = (frame: Buffer, header: FrameHeader): number =>
  (mainDataBits(frame, header) + 7) >>> 3;

/** The same length in bits. */
export function mainDataBits(frame: Buffer, header: FrameHeader): number {
  const { granules, head, block } = layoutOf(header);
  let bits = 0;
  for (let index = 0; index < granules * header.channels; index++) {
    const at = head + index * block;
    // Twelve bits may span three bytes. They never reach beyond the side information, whose shortest form has nine bytes.
    const three = frame.readUIntBE(HEADER_BYTES + (at >>> 3), 3);
    bits += (three >>> (12 - (at & 7))) & 0xfff;
  }
  return bits;
}
