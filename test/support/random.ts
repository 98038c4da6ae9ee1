import { createCipheriv } from 'node:crypto';

/** Pseudo-random bytes, the same for the same seed. They are made by AES, which is fast. */
export function randomBytes(length: number, seed = 1): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}

/** A generator of whole numbers from 0 to below `below`, the same for the same seed (mulberry32). */
export function randomNumbers(seed = 1): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Yields `bytes` as a stream would, in pieces of random sizes of up to `most` bytes. */
export async function* inPieces(bytes: Buffer, most = 200_000, seed = 1): AsyncGenerator<Buffer> {
  const random = randomNumbers(seed);
  for (let taken = 0; taken < bytes.length; ) {
    const piece = bytes.subarray(taken, taken + 1 + random(most));
    taken += piece.length;
    yield piece;
  }
}
