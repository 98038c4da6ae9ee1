import type { Context } from 'koa';
import { AppError } from '../runtime/errors.ts';

/** Throws `unsupported_media_type` where the body is compressed (RFC 9110 8.4): we store and parse bodies as they come. */
export function requireIdentityEncoding(context: Pick<Context, 'get'>): void {
  const encoding = context.get('content-encoding').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return;
  throw new AppError(
    'unsupported_media_type',
    'send the body uncompressed: no Content-Encoding but identity is supported',
    // RFC 9110 15.5.16: this header tells a 415 for the encoding from one for the media type.
    { headers: { 'Accept-Encoding': 'identity' } },
  );
}
