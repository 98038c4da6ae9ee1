import { SHARE_PATH, SHARED_FRAGMENT } from '../share/share-target.ts';

/**
 * Whether a request is what a system sends when somebody shares films with the page, or what a form of a page sends to the same
 * URL. In a frame, there is none.
 */
export const isShare = ({ method, mode, destination, url }: Request): boolean =>
  method === 'POST' &&
  mode === 'navigate' &&
  destination === 'document' &&
  new URL(url).pathname === SHARE_PATH;

/**
 * Keeps what was shared, and opens the page, which takes it. Where that fails, the page says that nothing arrived. What a form of
 * another site sends is not kept. A site can hide its origin, so the page does no more with a film than if it had been dropped:
 * somebody has to ask for its conversion.
 * @param own the origin of the page
 * @param keep keeps the body of the request; rejects where it cannot
 */
export async function receiveShare(
  request: Request,
  own: string,
  keep: (request: Request) => Promise<void>,
): Promise<Response> {
  // A system has the origin `null`. Some browsers show the header to no worker.
  const isForeign = ![null, 'null', own].includes(request.headers.get('Origin'));
  if (isForeign) return redirect(`${own}/`);
  await keep(request).catch(() => undefined);
  return redirect(`${own}/${SHARED_FRAGMENT}`);
}

/** The page is asked for with GET (RFC 9110, 15.4.4). */
const redirect = (url: string): Response => Response.redirect(url, 303);
