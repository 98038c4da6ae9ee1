import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { Middleware } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';

/** Milliseconds for which a refused client may continue to send, so that it reads the response. */
const LINGER_MS = 5_000;
/**
 * Rate at which the rest is read. At a higher rate, discarded buffers pile
 * up before they are collected: 100 MB at 1 GB/s.
 */
const LINGER_BYTES_PER_MS = 64_000;

/**
 * Reads the rest of the request for a while when the response was sent before the end of an upload. A connection that is
 * closed with unread bytes is reset, and the client would see the reset instead of the response.
 * @param stoppingSignal once it is aborted, the response keeps the `Connection: close` of services/shared/http/drain.ts
 */
export function discardRest(stoppingSignal: AbortSignal): Middleware<RequestState> {
  return async ({ req, res }, next) => {
    try {
      await next();
    } finally {
      if (!req.complete) {
        readAndDiscard(req);
        if (stoppingSignal.aborted) closeAfterRest(req, res);
        else keepConnection(req, res);
      }
    }
  };
}

/**
 * Applies also to a client that asked for `Connection: close`: Node would
 * close the connection together with the response.
 */
function keepConnection(req: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = true;
  res.removeHeader('Connection');
  const timeout = setTimeout(() => req.destroy(), LINGER_MS).unref();
  req.once('close', () => clearTimeout(timeout));
}

/**
 * Sends the whole response at once, with its Content-Length, and ends it only after the rest of the request was read. Node
 * closes the connection at the end of a response with `Connection: close`.
 */
function closeAfterRest(req: IncomingMessage, res: ServerResponse): void {
  const end = res.end.bind(res);
  res.setHeader('Connection', 'close');
  res.end = ((body?: string | Uint8Array) => {
    if (body === undefined) res.flushHeaders();
    else res.write(body);
    // The callback also runs after an error, a close, or the timeout.
    finished(req, { signal: AbortSignal.timeout(LINGER_MS) }, () => end());
    return res;
  }) as typeof res.end;
}

function readAndDiscard(req: IncomingMessage): void {
  const begun = performance.now();
  let bytes = 0;
  // The iterator of a consumer that stopped early may still hold the stream, and `resume` alone would not make it flow. A
  // listener does.
  req.on('data', (piece: Buffer) => {
    bytes += piece.length;
    const aheadMs = bytes / LINGER_BYTES_PER_MS - (performance.now() - begun);
    if (aheadMs < 5) return;
    req.pause();
    setTimeout(() => req.resume(), aheadMs).unref();
  });
  req.resume();
}
