import type Router from '@koa/router';
import type { Context } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { openToAll } from '../accounts/access.ts';
import { discardRest } from '../uploads/discard-rest.ts';
import { SHARE_PATH, SHARED_FRAGMENT } from './app/share/share-target.ts';
import { headersFor } from './headers.ts';
import type { Encoding, Site, SiteFile } from './site.ts';

const PATHS = ['/', '/docs', '/operator', '/assets/:name', '/manifest.webmanifest', '/service-worker.js'];

interface PagePorts {
  site: Site;
  stoppingSignal: AbortSignal;
}

/** Serves the web page. Its files carry no secret, so nobody has to sign in for them. */
export function pageRoutes(router: Router<RequestState>, { site, stoppingSignal }: PagePorts): void {
  for (const route of PATHS) router.get(route, openToAll, (context) => serveFile(context, site));
  // The service worker takes what is shared with the page. Without one, the page is opened and says that nothing has arrived. A form
  // that takes longer to send than discardRest() waits is cut off, and the browser shows an error of its own: nobody has to sign in
  // here, so nobody may keep a connection busy for long.
  router.post(SHARE_PATH, openToAll, discardRest(stoppingSignal), (context) => {
    context.redirect(`/${SHARED_FRAGMENT}`);
    // The page is asked for with GET (RFC 9110, 15.4.4).
    context.status = 303;
  });
}

async function serveFile(context: Context, site: Site): Promise<void> {
  // The build may replace a file between the two steps. The second time, the index is that of the new build.
  const served = (await findFile(context, site)) ?? (await findFile(context, site));
  if (served === undefined) throw notFound(site);
  const { file, encoding, bytes } = served;
  context.status = 200;
  context.vary('Accept-Encoding');
  context.set({
    ...headersFor(context.path),
    // The bytes of an encoding have a tag of their own (RFC 9110, 8.8.3.3).
    ETag: `"${file.hash}-${encoding}"`,
    // A browser asks whether its copy of the HTML is still the right one each time.
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (encoding !== 'identity') context.set('Content-Encoding', encoding);
  if (context.fresh) {
    context.status = 304;
    return;
  }
  context.body = bytes;
  // Bytes as a body reset the type.
  context.type = file.type;
}

async function findFile(context: Context, site: Site) {
  const file = site.find(context.path);
  if (file === undefined) return undefined;
  const encoding = encodingFor(context, file);
  const bytes = await site.read(file, encoding);
  return bytes && { file, encoding, bytes };
}

/** The smallest form that the client takes. Browsers name gzip first, as if they preferred it. */
function encodingFor(context: Context, { encodings }: SiteFile): Encoding {
  const takes = (encoding: 'br' | 'gzip') =>
    encodings.includes(encoding) && context.acceptsEncodings(encoding) === encoding;
  return (['br', 'gzip'] as const).find(takes) ?? 'identity';
}

function notFound(site: Site): AppError {
  const isBuilt = site.find('/') !== undefined;
  return new AppError(
    'not_found',
    isBuilt
      ? 'there is nothing here'
      : 'the web page is not built: `npm run page` builds it. The API works without it',
  );
}
