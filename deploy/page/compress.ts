import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Encoding } from '../../services/gateway/page/site.ts';

interface Form {
  encoding: Encoding;
  bytes: Uint8Array;
}

/** Compressing less than this gains nothing, because it travels in one packet anyway. */
const MIN_BYTES = 1000;

/** The forms in which a file can be sent, and hexadecimal digits that change with its content. */
export function compress(contents: string | Uint8Array): { hash: string; forms: Form[] } {
  const bytes = Buffer.from(contents);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const forms: Form[] = [{ encoding: 'identity', bytes }];
  if (bytes.length >= MIN_BYTES) {
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length, [constants.BROTLI_PARAM_QUALITY]: 9 };
    forms.push({ encoding: 'br', bytes: brotliCompressSync(bytes, { params }) });
    forms.push({ encoding: 'gzip', bytes: gzipSync(bytes, { level: 9 }) });
  }
  return { hash, forms };
}
