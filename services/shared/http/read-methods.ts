import type { Context } from 'koa';
import { AppError } from '../runtime/errors.ts';

const METHODS = ['GET', 'HEAD'];

/**
 * For paths that no router serves. Throws `method_not_allowed`, with the header `Allow`, unless the method is GET or HEAD.
 */
export function requireReadMethod({ method }: Pick<Context, 'method'>): void {
  if (METHODS.includes(method)) return;
  throw new AppError('method_not_allowed', `${method} is not allowed here`, {
    headers: { Allow: METHODS.join(', ') },
  });
}
