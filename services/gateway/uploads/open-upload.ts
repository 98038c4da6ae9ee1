import type { ParameterizedContext } from 'koa';
import { clientClosed } from '../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../shared/http/content-encoding.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { type MinimumRate, type Pace, watchPace } from '../limits/minimum-rate.ts';
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
 * Throws `bad_request`, `too_large` or `unsupported_media_type`. The bytes throw `too_slow`.
 */
export async function openUpload(
  context: ParameterizedContext<RequestState>,
  { maxBytes, minimumRate }: { maxBytes: number; minimumRate: MinimumRate },
): Promise<OpenUpload> {
  // `close` has already fired, so no listener for it would ever run.
  if (context.req.destroyed && !context.req.complete) throw clientClosed();
  requireIdentityEncoding(context);
  const length = Number(context.get('content-length') || 0);
  if (length > maxBytes + ENVELOPE_BYTES) throw tooLarge(maxBytes);
  using opening = new DisposableStack();
  const pace = opening.use(watchPace(minimumRate));
  const upload = context.is('multipart/form-data') ? await openForm(context, pace) : openRaw(context, pace);
  opening.use(upload);
  const opened = opening.move();
  return { ...upload, bytes: countBytes(upload.bytes, pace), [Symbol.dispose]: () => opened.dispose() };
}

function openRaw(context: ParameterizedContext<RequestState>, pace: Pick<Pace, 'wait'>): OpenUpload {
  const bytes = requestBytes(context.req, pace);
  const filename = cleanName(String(context.query.filename ?? ''));
  return { filename, bytes, fields: () => [], [Symbol.dispose]: () => endIterator(bytes) };
}

/** Counts the bytes of the file alone. What else is in a form does not help a slow upload. */
async function* countBytes(
  source: AsyncIterable<Uint8Array>,
  pace: Pick<Pace, 'count'>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    pace.count(piece.length);
    yield piece;
  }
}
