import type { Middleware } from 'koa';
import { koaBody } from 'koa-body';
import { AppError } from '../runtime/errors.ts';
import { requireIdentityEncoding } from './content-encoding.ts';

const LIMIT_BYTES = 16 * 1024;
/** Time in which a JSON body has to arrive. On the slowest line that uploads allow, the longest one takes half of it. */
const BODY_MS = 30_000;

/** koa-body does not export its enum of methods, whose values are these texts. */
type ParsedMethods = NonNullable<NonNullable<Parameters<typeof koaBody>[0]>['parsedMethods']>;

const parse = koaBody({
  json: true,
  jsonLimit: LIMIT_BYTES,
  jsonTypes: ['application/json'],
  text: false,
  urlencoded: false,
  multipart: false,
  includeUnparsed: true,
  // By default, koa-body does not read the body of a DELETE.
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'] as unknown as ParsedMethods,
  // The error of the parser quotes the body, which may contain a password.
  onError: (error) => {
    const { status } = error as { status?: number };
    if (status === 413) throw new AppError('too_large', `the body has at most ${LIMIT_BYTES} bytes`);
    throw new AppError('bad_request', 'the body is not valid JSON');
  },
});

/**
 * Reads a JSON body of at most 16 KiB. `request.body` gets the parsed body, and `request.rawBody` its text. A compressed
 * body is refused: at its limit, koa-body leaves the decompressor without an error listener, and an invalid block after
 * that would end the process.
 * @throws AppError `unsupported_media_type`, `too_large`, `bad_request`, `too_slow`
 */
export const jsonBody: Middleware = createJsonBody(BODY_MS);

/** The same with another time for a body, in milliseconds. */
export function createJsonBody(bodyMs: number): Middleware {
  return async (context, next) => {
    if (!context.is('application/json')) {
      throw new AppError('unsupported_media_type', 'send JSON, with `Content-Type: application/json`');
    }
    requireIdentityEncoding(context);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      // What comes later could not be told from the next request.
      context.set('Connection', 'close');
      late.reject(new AppError('too_slow', `the body did not arrive within ${bodyMs / 1000} s`));
    }, bodyMs);
    try {
      await Promise.race([parse(context, async () => undefined), late.promise]);
    } finally {
      clearTimeout(timer);
    }
    return next();
  };
}
