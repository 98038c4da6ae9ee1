import type { Context } from 'koa';
import type { z } from 'zod';
import { AppError } from '../shared/runtime/errors.ts';

/** Returns the body that `jsonBody` read, checked by the schema. Throws `bad_request`, which names the wrong fields. */
export function parseBody<Schema extends z.ZodType>(context: Context, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(context.request.body ?? {});
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ');
  throw new AppError('bad_request', `missing or of the wrong type: ${fields}`);
}
