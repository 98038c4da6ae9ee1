import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

/** Compressed JSON bodies, intact and broken, for tests of services that accept none of them. */
export function compressedBodies(): [what: string, encoding: string, body: Buffer][] {
  const good = Buffer.from('{"refresh_token":"r"}');
  const bomb = Buffer.alloc(5_000_000, ' ');
  const begun = deflateSync(Buffer.alloc(40_000, ' '), { finishFlush: constants.Z_SYNC_FLUSH });
  return [
    ['a body in gzip', 'gzip', gzipSync(good)],
    ['a body in deflate', 'deflate', deflateSync(good)],
    ['a body in brotli', 'br', brotliCompressSync(good)],
    ['a body in two encodings', 'gzip, gzip', gzipSync(gzipSync(good))],
    ['a corrupt body in gzip', 'gzip', good],
    ['a corrupt body in deflate', 'deflate', good],
    ['a corrupt body in brotli', 'br', good],
    ['a body in gzip that is cut off', 'gzip', gzipSync(good).subarray(0, -9)],
    ['a bomb in gzip', 'gzip', gzipSync(bomb)],
    ['a bomb in brotli', 'br', brotliCompressSync(bomb)],
    // When the decompressor finds the broken block, the parser has reached its limit and no longer listens for errors.
    [
      'a body that is too large and corrupt behind that',
      'deflate',
      Buffer.concat([begun, Buffer.alloc(99, 255)]),
    ],
  ];
}
