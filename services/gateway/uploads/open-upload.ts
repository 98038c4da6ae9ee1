import type { ParameterizedContext } from 'koa';
import { clientClosed } from '../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../shared/http/content-encoding.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { cleanName } from './file-name.ts';
import { tooLarge } from './media-signature.ts';
import { openForm } from './multipart.ts';
import { ENVELOPE_BYTES } from './multipart-parser.ts';
import { endIterator, type OpenUpload, requestBytes } from './request-stream.ts';

const RAW_TYPES = ['video/*', 'audio/*', 'application/octet-stream'];

/**
 * Opens the uploaded file of a request: the multipart field `file`, or the raw body with the file name in `?filename=`.
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
  if (context.is(RAW_TYPES)) {
    const bytes = requestBytes(context.req);
    const filename = cleanName(String(context.query.filename ?? ''));
    return { filename, bytes, fields: () => [], [Symbol.dispose]: () => endIterator(bytes) };
  }
  throw new AppError(
    'unsupported_media_type',
    'send the file as multipart/form-data in the field `file`, or as the body with `Content-Type: video/*`',
  );
}
