import type { IncomingMessage } from 'node:http';
import { clientClosed } from '../../shared/http/client-closed.ts';
import type { Pace } from '../limits/minimum-rate.ts';
import type { OptionEntry } from '../options/parse-options.ts';

/** The one file of an upload request, as it arrives. Disposing of it stops reading the request. */
export interface OpenUpload extends Disposable {
  filename: string;
  bytes: AsyncIterable<Uint8Array>;
  /** The fields of the form that have arrived so far. All of them have, once `bytes` has ended. */
  fields(): readonly OptionEntry[];
}

/**
 * The bytes of the request body. Stopping early must not destroy the socket: the response still goes out on it. Throws `too_slow`.
 * @param pace measures the wait for each piece. Whoever reads the pieces counts those of the file
 */
export async function* requestBytes(
  request: IncomingMessage,
  pace: Pick<Pace, 'wait'>,
): AsyncGenerator<Uint8Array, void> {
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncGenerator<Uint8Array>;
  try {
    for (;;) {
      const { done, value } = await pace.wait(pieces.next());
      if (done) return;
      yield value;
    }
  } finally {
    endIterator(pieces);
  }
}

/** Ends an iterator without waiting for it: while the client sends nothing, the iterator does not answer either. */
export function endIterator(iterator: AsyncIterator<unknown>): void {
  iterator.return?.()?.catch(() => undefined);
}

/** A signal that is aborted when the client goes away before it has sent the whole request. */
export function requestAbortedSignal(request: IncomingMessage): AbortSignal {
  const aborted = new AbortController();
  request.once('close', () => {
    if (!request.complete) aborted.abort(clientClosed());
  });
  return aborted.signal;
}
