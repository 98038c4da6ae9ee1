import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { Middleware, ParameterizedContext } from 'koa';
import { clientGone } from '../../shared/http/client-closed.ts';
import { requireIdentityEncoding } from '../../shared/http/content-encoding.ts';
import type { RequestState } from '../../shared/http/koa-app.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { cleanName } from './file-name.ts';
import { tooLarge } from './media-signature.ts';
import { receiveForm } from './multipart.ts';
import { ENVELOPE_BYTES } from './multipart-parser.ts';

/** Time for which a refused client may go on sending, so that it reads the answer. */
const LINGER_MS = 5_000;
/** Rate at which the rest is read. Faster, the discarded buffers pile up before they are collected: 100 MB at 1 GB/s. */
const LINGER_BYTES_PER_MS = 64_000;

export interface Upload {
  filename: string;
  bytes: AsyncIterable<Uint8Array>;
}

type Context = ParameterizedContext<RequestState>;

/**
 * Hands the one uploaded file to `consume` as it arrives, from a multipart field `file` or a raw body.
 * No byte touches the disk, and backpressure reaches the client. `consume`'s failure ends the upload at once.
 */
export async function receive<T>(
  context: Context,
  maxBytes: number,
  consume: (upload: Upload) => Promise<T>,
): Promise<T> {
  // `close` has already fired, so our listener would never run.
  if (context.req.destroyed && !context.req.complete) throw clientGone();
  requireIdentityEncoding(context);
  const length = Number(context.get('content-length') || 0);
  if (length > maxBytes + ENVELOPE_BYTES) throw tooLarge(maxBytes);
  if (context.is('multipart/form-data')) return receiveForm(context, consume);
  if (context.is('video/*', 'audio/*', 'application/octet-stream')) {
    // Stopping early must not destroy the socket: the response still goes out on it.
    const bytes = context.req.iterator({ destroyOnReturn: false });
    return consume({ filename: cleanName(String(context.query.filename ?? '')), bytes });
  }
  throw new AppError(
    'unsupported_media_type',
    'send the file as multipart/form-data in the field `file`, or as the body with `Content-Type: video/*`',
  );
}

/**
 * For an answer before the end of an upload: reads the rest for a while. A connection that is closed with unread bytes is
 * reset, and the client would see the reset and not the answer.
 * @param stopping from its abort on, the answer keeps the `Connection: close` of services/shared/drain.ts
 */
export function lingering(stopping: AbortSignal): Middleware<RequestState> {
  return async ({ req, res }, next) => {
    try {
      await next();
    } finally {
      if (!req.complete) {
        discardRest(req);
        if (stopping.aborted) closeAfterRest(req, res);
        else keepConnection(req, res);
      }
    }
  };
}

/** Also for a client that asked for `Connection: close`: Node would close the connection together with the answer. */
function keepConnection(req: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = true;
  res.removeHeader('Connection');
  const linger = setTimeout(() => req.destroy(), LINGER_MS).unref();
  req.once('close', () => clearTimeout(linger));
}

/**
 * Sends the whole answer at once, with its Content-Length, but ends the response only after the rest of the request. Node closes
 * the connection at the end of a response with `Connection: close`.
 */
function closeAfterRest(req: IncomingMessage, res: ServerResponse): void {
  const end = res.end.bind(res);
  res.setHeader('Connection', 'close');
  res.end = ((body?: string | Uint8Array) => {
    if (body === undefined) res.flushHeaders();
    else res.write(body);
    // Also after an error, a close or the timeout.
    finished(req, { signal: AbortSignal.timeout(LINGER_MS) }, () => end());
    return res;
  }) as typeof res.end;
}

function discardRest(req: IncomingMessage): void {
  const begun = performance.now();
  let bytes = 0;
  // The iterator of a consumer that gave up may still hold the stream, and would stop `resume` alone. A listener takes over.
  req.on('data', (piece: Buffer) => {
    bytes += piece.length;
    const aheadMs = bytes / LINGER_BYTES_PER_MS - (performance.now() - begun);
    if (aheadMs < 5) return;
    req.pause();
    setTimeout(() => req.resume(), aheadMs).unref();
  });
  req.resume();
}
