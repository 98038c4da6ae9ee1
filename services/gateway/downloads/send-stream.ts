import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { whenClosed } from '../../shared/http/when-closed.ts';

interface Sending {
  /** Bytes of the stream. */
  length: number;
  /** Fields for the log. */
  about: object;
}

/**
 * Makes the stream that `open` returns the body of the response. The signal is aborted when the client goes away. Until the first
 * byte was read, an error can still become a response, and is thrown. A later one breaks the connection off: the Content-Length was
 * sent already, and nothing else tells the client that the file is incomplete.
 */
export async function sendStream(
  context: ParameterizedContext<RequestState>,
  open: (signal: AbortSignal) => Readable,
  { length, about }: Sending,
): Promise<void> {
  const closed = new AbortController();
  whenClosed(context.res, () => closed.abort());
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
