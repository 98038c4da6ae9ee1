import type { Middleware } from 'koa';
import { CALLER_HEADER, isCallerToken } from '../contract/caller-token.ts';
import type { EventSecrets } from '../contract/event-secret.ts';
import { AppError } from '../runtime/errors.ts';

/**
 * Answers 403 to calls that no service of the system has made. A sidecar passes calls of everybody who reaches its internal
 * port, and adds APP_API_TOKEN to them, so that token does not tell callers apart. Without secrets, everybody may call.
 * @param openPaths what everybody may call all the same
 */
export function requireCaller(
  appId: string,
  secrets: EventSecrets | undefined,
  openPaths: readonly string[] = [],
): Middleware {
  return (context, next) => {
    if (secrets === undefined || openPaths.includes(context.path)) return next();
    if (!isCallerToken(context.get(CALLER_HEADER), appId, secrets))
      throw new AppError('forbidden', 'only a service of this system may call this route');
    return next();
  };
}
