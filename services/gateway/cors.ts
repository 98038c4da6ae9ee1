import koaCors from '@koa/cors';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';

/** Response headers that a page may read, beside those that the Fetch standard always allows. */
const EXPOSED = [
  ...['Location', 'Content-Disposition', 'ETag', 'Content-Range', 'Accept-Ranges', 'Retry-After'],
  ...['WWW-Authenticate', 'Allow', 'RateLimit', 'RateLimit-Policy'],
  // Those of resumable uploads.
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm'],
  ...[
    'Upload-Offset',
    'Upload-Length',
    'Upload-Defer-Length',
    'Upload-Metadata',
    'Upload-Expires',
    'Mp3-Job',
  ],
];
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];
/** Seconds for which a browser may remember a preflight. */
const PREFLIGHT_SECONDS = 600;

/** Whether a text is one origin. A path, a query or a user is none, nor is `*` or `https://*.example.com`, which URLs may have. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.href === `${url.origin}/` &&
    !url.host.includes('*')
  );
}

const split = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/**
 * Origins such as `https://app.example.com`, given as a text that separates them by commas. The output has the form in which
 * browsers send them. `*` is refused: a page of any origin could then act for whoever uses it.
 */
export const originList = z
  .string()
  .refine(
    (text) => split(text).every(isOrigin),
    'must be origins such as https://app.example.com, separated by commas',
  )
  .transform((text) => split(text).map((part) => new URL(part).origin));

/**
 * Lets pages of other origins call this API (CORS, fetch.spec.whatwg.org). Credentials such as cookies are not allowed, because
 * the API needs none: a page sends its token in `Authorization`. services/shared/http/problem-details.ts keeps the headers.
 */
export function cors(origins: readonly string[]): Middleware {
  // An empty text means no CORS headers. The middleware sets `Vary: Origin` in any case.
  const originOf = (context: Pick<Context, 'get'>) =>
    origins.find((allowed) => allowed === context.get('origin')) ?? '';
  const middleware = koaCors({
    origin: originOf,
    allowMethods: METHODS,
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    keepHeadersOnError: false,
  });
  return (context, next) => {
    const isPreflight = context.get('access-control-request-method') !== '';
    if (context.method !== 'OPTIONS' || isPreflight) return middleware(context, next);
    // The middleware leaves this out: a page may send OPTIONS itself, to learn what a server of tus can do.
    context.vary('Origin');
    const origin = originOf(context);
    if (origin !== '')
      context.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': EXPOSED.join(','),
      });
    return next();
  };
}
