import type { Context } from 'koa';
import { AppError } from '../../shared/runtime/errors.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a request that may change something and that another site has caused (cross-site request forgery). Browsers name the
 * origin of the page in `Origin`, and no page can change that header.
 * @param publicUrl of the gateway. A proxy in front of it may have replaced `Host`.
 * @throws AppError `forbidden`
 */
export function requireSameOrigin(context: Pick<Context, 'get' | 'method'>, publicUrl: string): void {
  if (SAFE_METHODS.includes(context.method)) return;
  const origin = context.get('origin');
  const url = URL.parse(origin);
  if (origin === new URL(publicUrl).origin || (url !== null && url.host === context.get('host'))) return;
  throw new AppError('forbidden', 'a page of another site may not do this in the name of its visitor');
}
