/**
 * Base64 between buffers, in pieces: a string of the whole would be a large object for the garbage collector, which then
 * takes longer than all other work on a chunk.
 */
const PIECE = 48 * 1024; // bytes; a multiple of 3, so that no piece but the last is padded

export const encodedLength = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** Writes `bytes` as base64 into `target` at `offset`; returns the offset after it. */
export function encodeInto(target: Buffer, offset: number, bytes: Buffer): number {
  let at = offset;
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.toString('base64', start, Math.min(start + PIECE, bytes.length));
    at += target.write(piece, at, 'latin1');
  }
  return at;
}

/** Into `target` where it is given and large enough. */
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
