import { type ExtentReader, lengthOrNothing } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';
import { id3v2Bytes, trailingTagBytes } from './tags-around-sound.ts';

const STREAMINFO_BYTES = 34;
/** Length of the last part of the file in which the last frame is searched. */
const TAIL_BYTES = 256 * 1024;
/** Length of the longest header of a frame: RFC 9639, 9.1. */
const MAX_HEADER_BYTES = 16;
/** Bytes inside a frame may look like the header of another one. */
const MAX_TRIES = 8;

/**
 * FLAC states its number of samples, and no sizes. Where the last frame ends with the file and its checksum is right, the
 * file is not cut, because a cut hardly ever falls between two frames. Otherwise, garbage may follow the last frame, so that
 * only a stated length can tell.
 */
export const readFlac: ExtentReader = async (file) => {
  const start = await id3v2Bytes(file);
  const head = await file.read(start, 42);
  if (head.length < 42 || head.toString('latin1', 0, 4) !== 'fLaC') return undefined;
  // The first block is STREAMINFO, of 34 bytes.
  if ((head.readUInt32BE(4) & 0x7fffffff) !== STREAMINFO_BYTES) return undefined;
  // 20 bits of sample rate, 3 of channels, 5 of bits, 36 of samples. RFC 9639, 8.2.
  const rate = head.readUIntBE(18, 3) >>> 4;
  const samples = (head.readUInt8(21) & 0x0f) * 2 ** 32 + head.readUInt32BE(22);
  const soundSeconds = lengthOrNothing(samples / rate);
  if (await endsWithFrame(file)) return { end: 'whole', soundSeconds };
  return { end: soundSeconds === undefined ? 'unknown' : 'cut', isSuspected: true, soundSeconds };
};

async function endsWithFrame(file: FileBytes): Promise<boolean> {
  const end = file.size - (await trailingTagBytes(file));
  const from = Math.max(0, end - TAIL_BYTES);
  const tail = await file.read(from, end - from);
  let tries = 0;
  for (let at = tail.length - MAX_HEADER_BYTES; at >= 0 && tries < MAX_TRIES; at--) {
    // Sync code, a reserved bit of zero, and the flag for variable block sizes.
    if (tail[at] !== 0xff || ((tail[at + 1] ?? 0) & 0xfe) !== 0xf8) continue;
    if (!hasHeader(tail.subarray(at, at + MAX_HEADER_BYTES))) continue;
    // Over a frame with its checksum, the checksum is 0.
    if (crc(tail.subarray(at), 16, 0x8005) === 0) return true;
    tries += 1;
  }
  return false;
}

/** Whether the bytes begin with the header of a frame, which ends with a checksum of its own. */
function hasHeader(bytes: Buffer): boolean {
  for (let length = 6; length <= MAX_HEADER_BYTES; length++) {
    if (crc(bytes.subarray(0, length), 8, 0x07) === 0) return true;
  }
  return false;
}

/** Cyclic redundancy check, the highest bit first: CRC-8 and CRC-16 of RFC 9639. */
function crc(bytes: Buffer, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  const mask = top * 2 - 1;
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) value = (value & top ? (value << 1) ^ polynomial : value << 1) & mask;
  }
  return value;
}
