import type { Context } from 'koa';
import { AppError } from '../runtime/errors.ts';

const METHODS = ['GET', 'HEAD'];

/** For paths that are served outside of a router. @throws AppError `method_not_allowed`, with the methods that are */
export function requireReadMethod({ method }: Pick<Context, 'method'>): void {
  if (METHODS.includes(method)) return;
  throw new AppError('method_not_allowed', `${method} is not allowed here`, {
    headers: { Allow: METHODS.join(', ') },
  });
}
