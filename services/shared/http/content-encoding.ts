import type { Context } from 'koa';
import { AppError } from '../runtime/errors.ts';

/**
 * Throws `unsupported_media_type` for a compressed body (RFC 9110 8.4), because we do not decompress what we store or
 * parse.
 */
export function requireIdentityEncoding(context: Pick<Context, 'get'>): void {
  const encoding = context.get('content-encoding').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return;
  throw new AppError(
    'unsupported_media_type',
    'send the body uncompressed: no Content-Encoding but identity is supported',
    // RFC 9110 15.5.16: this header shows that the 415 is about the encoding, and not about the media type.
    { headers: { 'Accept-Encoding': 'identity' } },
  );
}
