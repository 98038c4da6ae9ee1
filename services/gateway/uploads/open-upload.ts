import type { ParameterizedContext } from 'koa';
import { clientClosed } from '../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../shared/http/content-encoding.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { cleanName } from './file-name.ts';
import { openForm } from './multipart.ts';
import { ENVELOPE_BYTES } from './multipart-parser.ts';
import { tooLarge } from './open-media.ts';
import { endIterator, type OpenUpload, requestBytes } from './request-stream.ts';

/**
 * Opens the uploaded file of a request: the multipart field `file`, or the raw body with the file name in `?filename=`.
 * A body of any other Content-Type is raw, also one without: what the file is, its first bytes tell. curl, for example,
 * sends `application/x-www-form-urlencoded` unless it is told otherwise.
 * No byte touches the disk, and backpressure reaches the client.
 * Throws `bad_request`, `too_large` or `unsupported_media_type`.
 */
export async function openUpload(
  context: ParameterizedContext<RequestState>,
  maxBytes: number,
): Promise<OpenUpload> {
  // `close` has already fired, so no listener for it would ever run.
  if (context.req.destroyed && !context.req.complete) throw clientClosed();
  requireIdentityEncoding(context);
  const length = Number(context.get('content-length') || 0);
  if (length > maxBytes + ENVELOPE_BYTES) throw tooLarge(maxBytes);
  if (context.is('multipart/form-data')) return openForm(context);
  const bytes = requestBytes(context.req);
  const filename = cleanName(String(context.query.filename ?? ''));
  return { filename, bytes, fields: () => [], [Symbol.dispose]: () => endIterator(bytes) };
}
