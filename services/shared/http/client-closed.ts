import type { ServerResponse } from 'node:http';
import { AppError } from '../runtime/errors.ts';

export const clientGone = (): AppError => new AppError('bad_request', 'the client went away');

/**
 * Is aborted, with `clientGone()` as its reason, when the connection of a response closes before the response has been sent.
 * It is aborted already where that has happened: `close` is emitted only once.
 */
export function closedSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort(clientGone());
  const closed = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) closed.abort(clientGone());
  });
  return closed.signal;
}
