import type { Context } from 'koa';
import type { z } from 'zod';
import { AppError } from '../shared/runtime/errors.ts';

/** The body that `jsonBody` read, as its schema has it. @throws AppError `bad_request`, naming the fields */
export function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(context.request.body ?? {});
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ');
  throw new AppError('bad_request', `missing or of the wrong type: ${fields}`);
}
