import type { Context } from 'koa';
import { AppError } from '../../shared/runtime/errors.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a request that may change something and that another site has caused (cross-site request forgery). Browsers name the
 * origin of the page in `Origin`, and no page can change that header.
 *
 * Our pages have the origin of PUBLIC_URL, or the scheme of PUBLIC_URL and the host to which the request was sent: people may
 * reach a gateway under several names, such as localhost and 127.0.0.1, and a proxy may have replaced `Host`. The scheme is
 * compared as well, because anybody on the network can change a page that came over plain HTTP.
 * @param publicUrl of the gateway
 * @throws AppError `forbidden`
 */
export function requireSameOrigin(context: Pick<Context, 'get' | 'method'>, publicUrl: string): void {
  if (SAFE_METHODS.includes(context.method)) return;
  const origin = context.get('origin');
  const { protocol, origin: publicOrigin } = new URL(publicUrl);
  if (origin === publicOrigin || origin === originOfHost(protocol, context.get('host'))) return;
  throw new AppError(
    'forbidden',
    'a page of another site may not do this in the name of its visitor; if this page is the gateway’s own, PUBLIC_URL must be its address',
  );
}

/** The origin that `Host` stands for, without a default port; undefined where it is no host. */
function originOfHost(protocol: string, host: string): string | undefined {
  const url = URL.parse(`${protocol}//${host}`);
  // A host with a user or a path in it is none.
  return url !== null && url.href === `${url.origin}/` ? url.origin : undefined;
}
