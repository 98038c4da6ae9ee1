import { createReadStream } from 'node:fs';
import path from 'node:path';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { DOCS_HEADERS, PAGE_HEADERS } from './headers.ts';
import type { Site } from './site.ts';

const PATHS = ['/', '/docs', '/operator', '/assets/:name', '/manifest.webmanifest', '/service-worker.js'];
const SUFFIX = { br: '.br', gzip: '.gz', identity: '' } as const;

/** Serves the web page. Its files carry no secret, so nobody has to sign in for them. */
export function pageRoutes(router: Router<RequestState>, site: Site): void {
  for (const route of PATHS) router.get(route, (context) => serveFile(context, site));
}

function serveFile(context: Context, site: Site): void {
  const file = site.find(context.path);
  if (file === undefined) throw new AppError('not_found', 'there is nothing here');
  const offered = ['identity', ...file.encodings];
  const encoding = context.acceptsEncodings(
    ['br', 'gzip', 'identity'].filter((name) => offered.includes(name)),
  );
  const form = encoding === 'br' || encoding === 'gzip' ? encoding : 'identity';
  context.status = 200;
  context.type = file.type;
  context.vary('Accept-Encoding');
  context.set({
    ...(context.path === '/docs' ? DOCS_HEADERS : PAGE_HEADERS),
    ETag: `"${file.hash}-${form}"`,
    // A browser asks whether its copy of the HTML is still the right one each time.
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (form !== 'identity') context.set('Content-Encoding', form);
  if (context.fresh) {
    context.status = 304;
    return;
  }
  context.body = createReadStream(path.join(site.folder, file.file + SUFFIX[form]));
  // Setting a stream as the body resets the type.
  context.type = file.type;
}
