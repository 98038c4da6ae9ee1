import type { ServerResponse } from 'node:http';
import { AppError } from '../runtime/errors.ts';
import { whenClosed } from './when-closed.ts';

/** The error for a client that has closed its connection. Nobody gets a response for it. */
export const clientClosed = (): AppError => new AppError('bad_request', 'the client closed the connection');

/**
 * A signal that is aborted, with `clientClosed()` as its reason, when the connection of a response closes before the
 * response has been sent. It is aborted already where the connection is closed, because `close` is emitted only once.
 */
export function closedSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort(clientClosed());
  const closed = new AbortController();
  whenClosed(response, () => {
    if (!response.writableFinished) closed.abort(clientClosed());
  });
  return closed.signal;
}
