import type { Middleware } from 'koa';
import { AppError } from '../runtime/errors.ts';

/** Bytes of the request line and all headers. The parser refuses more before a request exists (client-error.ts answers). */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Browsers, proxies and sidecars send some twenty. */
export const MAX_HEADERS = 100;
/** Characters of a path with its query. An archive of 300 MP3s that are named by their ids fits. */
export const MAX_URL_LENGTH = 14 * 1024;
/** Above this, `querystring` would ignore the rest without a word at 1,000. */
export const MAX_PARAMETERS = 500;

/**
 * Refuses a request with more headers, or a longer URL, than any client of ours sends. The server must keep at least one header
 * more than the bound (`maxHeadersCount`), because it ignores the rest.
 * @throws AppError `headers_too_large`, `uri_too_long`
 */
export const requireBounds: Middleware = ({ req }, next) => {
  if (req.rawHeaders.length > 2 * MAX_HEADERS)
    throw new AppError('headers_too_large', `a request may have at most ${MAX_HEADERS} headers`);
  const { url = '' } = req;
  if (url.length > MAX_URL_LENGTH)
    throw new AppError('uri_too_long', `a URL may have at most ${MAX_URL_LENGTH} characters`);
  if (parametersOf(url) > MAX_PARAMETERS)
    throw new AppError('uri_too_long', `a URL may have at most ${MAX_PARAMETERS} parameters`);
  return next();
};

function parametersOf(url: string): number {
  const query = url.indexOf('?');
  if (query === -1) return 0;
  let count = 1;
  for (let at = url.indexOf('&', query); at !== -1; at = url.indexOf('&', at + 1)) count++;
  return count;
}
