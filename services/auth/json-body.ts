import type { Context, Middleware } from 'koa';
import { koaBody } from 'koa-body';
import type { z } from 'zod';
import { AppError } from '../shared/errors.ts';

const LIMIT_BYTES = 16 * 1024;

const parse = koaBody({
  json: true,
  jsonLimit: LIMIT_BYTES,
  jsonTypes: ['application/json'],
  text: false,
  urlencoded: false,
  multipart: false,
  // The parser's own error quotes the body, and with it a password.
  onError: (error) => {
    const { status } = error as { status?: number };
    if (status === 413) throw new AppError('too_large', `the body has at most ${LIMIT_BYTES} bytes`);
    if (status === 415)
      throw new AppError('unsupported_media_type', 'this content encoding is not supported');
    throw new AppError('bad_request', 'the body is not valid JSON');
  },
});

/** Reads a small JSON body. @throws AppError `unsupported_media_type`, `too_large`, `bad_request` */
export const jsonBody: Middleware = (context, next) => {
  if (!context.is('application/json')) {
    throw new AppError('unsupported_media_type', 'the body must be application/json');
  }
  return parse(context, next);
};

/** The body that {@link jsonBody} read, as its schema has it. @throws AppError `bad_request`, naming the fields */
export function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(context.request.body ?? {});
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ');
  throw new AppError('bad_request', `missing or of the wrong type: ${fields}`);
}
