/**
 * Base64 is encoded and decoded in pieces of this many bytes. One string for a whole chunk would be a large object for the
 * garbage collector, which would then take longer than all other work on the chunk. A multiple of 3, so that only the last
 * piece has padding.
 */
const PIECE = 48 * 1024;

/** The length of `bytes` bytes in base64. */
export const encodedLength = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** Writes `bytes` as base64 into `target` at `offset`, and returns the offset after them. */
export function encodeInto(target: Buffer, offset: number, bytes: Buffer): number {
  let at = offset;
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.toString('base64', start, Math.min(start + PIECE, bytes.length));
    at += target.write(piece, at, 'latin1');
  }
  return at;
}

/** Decodes base64, into `target` where there is one that is large enough. */
export function decode(encoded: Buffer, target?: Buffer): Buffer {
  const length = Math.floor(encoded.length / 4) * 3;
  const bytes = target && target.length >= length ? target : Buffer.allocUnsafeSlow(length);
  const step = (PIECE / 3) * 4;
  let at = 0;
  for (let start = 0; start < encoded.length; start += step) {
    const piece = encoded.toString('latin1', start, Math.min(start + step, encoded.length));
    at += bytes.write(piece, at, 'base64');
  }
  return bytes.subarray(0, at);
}
