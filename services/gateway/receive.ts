import type { IncomingMessage } from 'node:http';
import type { Middleware, ParameterizedContext } from 'koa';
import { requireIdentityEncoding } from '../shared/content-encoding.ts';
import { AppError } from '../shared/errors.ts';
import type { RequestState } from '../shared/http.ts';
import { cleanName } from './file-name.ts';
import { ENVELOPE_BYTES } from './form-parser.ts';
import { tooLarge } from './media.ts';
import { receiveForm } from './receive-form.ts';

/** How long a refused client may go on sending, so that it gets to read the answer. */
const LINGER_MS = 5_000;
/** How fast. What is read faster lies in memory as garbage, 100 MB of it at 1 GB/s. */
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
  // It would say so no more, and nobody would hear of its end.
  if (context.req.destroyed && !context.req.complete) throw clientGone();
  requireIdentityEncoding(context);
  const length = Number(context.get('content-length') || 0);
  if (length > maxBytes + ENVELOPE_BYTES) throw tooLarge(maxBytes);
  if (context.is('multipart/form-data')) return receiveForm(context, consume);
  if (context.is('video/*', 'audio/*', 'application/octet-stream')) {
    // Who stops reading must not cut the connection: the answer goes over it.
    const bytes = context.req.iterator({ destroyOnReturn: false });
    return consume({ filename: cleanName(String(context.query.filename ?? '')), bytes });
  }
  throw new AppError(
    'unsupported_media_type',
    'send the file as multipart/form-data in the field `file`, or as the body with `Content-Type: video/*`',
  );
}

export const clientGone = (): AppError => new AppError('bad_request', 'the client went away');

/** An answer before the end of an upload: reads on for a while, or the client would see a reset and not the answer. */
export const lingering: Middleware<RequestState> = async ({ req, res }, next) => {
  try {
    await next();
  } finally {
    if (!req.complete) {
      // Also of a client that wants no second request on this connection: Node would close it with the answer.
      res.shouldKeepAlive = true;
      res.removeHeader('Connection');
      discardRest(req);
      const linger = setTimeout(() => req.destroy(), LINGER_MS).unref();
      req.once('close', () => clearTimeout(linger));
    }
  }
};

function discardRest(req: IncomingMessage): void {
  const begun = performance.now();
  let bytes = 0;
  // A reader that was left in the middle of a wait still holds the stream: only a listener outlives it.
  req.on('data', (piece: Buffer) => {
    bytes += piece.length;
    const aheadMs = bytes / LINGER_BYTES_PER_MS - (performance.now() - begun);
    if (aheadMs < 5) return;
    req.pause();
    setTimeout(() => req.resume(), aheadMs).unref();
  });
  req.resume();
}
