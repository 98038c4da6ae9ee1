import { createHash, type Hash } from 'node:crypto';
import { AppError } from '../../../shared/runtime/errors.ts';

/** What a client may send in `Upload-Checksum`. The protocol asks for SHA-1 at least. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5'];

const BASE64 = /^[A-Za-z\d+/]+={0,2}$/;

/** The checksum of the body of one request. */
export interface Checksum {
  hash: Hash;
  /** Throws `checksum_mismatch`. Call it once, after the whole body has passed through the hash. */
  verify(): void;
}

/** Reads an `Upload-Checksum`, such as `sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`. Throws `bad_request`. */
export function parseChecksum(header: string): Checksum | undefined {
  if (header === '') return undefined;
  const [algorithm = '', value = '', ...rest] = header.split(' ');
  if (!CHECKSUM_ALGORITHMS.includes(algorithm) || rest.length > 0 || !BASE64.test(value)) {
    const known = CHECKSUM_ALGORITHMS.join(', ');
    throw new AppError(
      'bad_request',
      `Upload-Checksum is one of ${known}, a blank, and the checksum as base64`,
    );
  }
  const hash = createHash(algorithm);
  const expected = Buffer.from(value, 'base64');
  return {
    hash,
    verify() {
      if (hash.digest().equals(expected)) return;
      throw new AppError('checksum_mismatch', 'the bytes have another checksum; none of them was stored');
    },
  };
}

/** Yields the same pieces, which also go through the hash. */
export async function* throughHash(
  source: AsyncIterable<Uint8Array>,
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    hash.update(piece);
    yield piece;
  }
}
