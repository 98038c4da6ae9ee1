import { randomBytes } from '../../../support/random.ts';

/** Random bytes that hold no sign of media: none of the bytes with which a packet or a frame begins. */
export const noise = (length: number, seed = 1): Buffer =>
  randomBytes(length, seed).map((byte) =>
    [0x00, 0x0b, 0x1f, 0x47, 0x56, 0x77, 0xff].includes(byte) ? 0x11 : byte,
  ) as Buffer;

/** Frames of `length` bytes that begin with `header`, which has hexadecimal digits. */
export function framesOf(header: string, length: number, count: number): Buffer {
  const start = Buffer.from(header, 'hex');
  return Buffer.concat(
    Array.from({ length: count }, (_, index) =>
      Buffer.concat([start, noise(length - start.length, index + 1)]),
    ),
  );
}

/** Frames of MPEG-1 layer III, 128 kbps, 44.1 kHz. */
export const mpegFrames = (count: number): Buffer => framesOf('fffb9064', 417, count);

/** Packets of a transport stream, with `before` bytes before and `after` bytes after the 188 bytes of each. */
export const tsPackets = (count: number, { before = 0, after = 0 } = {}): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, index) =>
      Buffer.concat([
        noise(before, index + 1),
        Buffer.from([0x47, 0x41, 0x00, 0x10 + (index % 16)]),
        noise(184 + after, index + 2),
      ]),
    ),
  );

/** A box of the ISO family, with a size of 32 bits, of 64 bits, or one that means «to the end of the file». */
export function box(
  type: string,
  content: Buffer = Buffer.alloc(16),
  sizeAs: 'short' | 'long' | 'open' = 'short',
): Buffer {
  const head = Buffer.alloc(sizeAs === 'long' ? 16 : 8);
  const size = head.length + content.length;
  head.writeUInt32BE(sizeAs === 'short' ? size : sizeAs === 'long' ? 1 : 0);
  head.write(type, 4, 'latin1');
  if (sizeAs === 'long') head.writeBigUInt64BE(BigInt(size), 8);
  return Buffer.concat([head, content]);
}
