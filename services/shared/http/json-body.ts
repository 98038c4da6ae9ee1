import type { Middleware } from 'koa';
import { koaBody } from 'koa-body';
import { AppError } from '../runtime/errors.ts';
import { requireIdentityEncoding } from './content-encoding.ts';

const LIMIT_BYTES = 16 * 1024;

const parse = koaBody({
  json: true,
  jsonLimit: LIMIT_BYTES,
  jsonTypes: ['application/json'],
  text: false,
  urlencoded: false,
  multipart: false,
  includeUnparsed: true,
  // The parser's own error quotes the body, and with it a password.
  onError: (error) => {
    const { status } = error as { status?: number };
    if (status === 413) throw new AppError('too_large', `the body has at most ${LIMIT_BYTES} bytes`);
    throw new AppError('bad_request', 'the body is not valid JSON');
  },
});

/**
 * Reads a small JSON body, parsed into `request.body` and as it came into `request.rawBody`. A compressed one is refused:
 * koa-body leaves the decompressor without an error listener at its limit, and an invalid block behind that ended the process.
 * @throws AppError `unsupported_media_type`, `too_large`, `bad_request`
 */
export const jsonBody: Middleware = (context, next) => {
  if (!context.is('application/json')) {
    throw new AppError('unsupported_media_type', 'send JSON, with `Content-Type: application/json`');
  }
  requireIdentityEncoding(context);
  return parse(context, next);
};
