import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';

/**
 * Sends what `open` returns as the body of the response, which has `context.length` bytes. The signal is aborted when the client goes
 * away. Until the first byte was read, an error can still become a response, and is thrown. After that, the connection is destroyed:
 * the Content-Length was sent already, and only a broken connection tells the client that the file is incomplete.
 * @param about fields for the log
 */
export async function sendStream(
  context: ParameterizedContext<RequestState>,
  open: (signal: AbortSignal) => Readable,
  about: object,
): Promise<void> {
  const { length } = context;
  const closed = new AbortController();
  context.res.once('close', () => closed.abort());
  const body = open(closed.signal);
  let begun = false;
  body.on('error', (error) => {
    if (!begun) return;
    if (!closed.signal.aborted) context.state.log.error({ err: error, ...about }, 'a download broke off');
    context.res.destroy();
  });
  await once(body, 'readable');
  if (body.errored) throw body.errored;
  begun = true;
  context.body = body;
  // Koa removes the length when it gets a stream.
  context.length = length;
}
