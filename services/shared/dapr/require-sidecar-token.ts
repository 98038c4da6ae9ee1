import type { Middleware } from 'koa';
import { constantTimeEqual } from '../runtime/constant-time-equal.ts';
import { AppError } from '../runtime/errors.ts';
import { TOKEN_HEADER } from './names.ts';

/**
 * Answers 403 to everybody but our own sidecar, which sends APP_API_TOKEN with every call. Without a token, everybody may
 * call. Health and metrics routes go before this middleware.
 */
export function requireSidecarToken(token: string | undefined): Middleware {
  if (token === undefined) return (_context, next) => next();
  return (context, next) => {
    if (!constantTimeEqual(context.get(TOKEN_HEADER), token)) {
      throw new AppError('forbidden', 'only the Dapr sidecar may call this service');
    }
    return next();
  };
}
