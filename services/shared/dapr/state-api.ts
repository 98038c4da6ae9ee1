import type { Dispatcher } from 'undici';
import { countGarbage } from '../runtime/count-garbage.ts';
import { startDeadline } from '../runtime/deadline.ts';
import { type AppError, unavailable } from '../runtime/errors.ts';
import { PATHS } from './names.ts';

/**
 * Longer than the timeouts of the sidecar for the store (components/blobs/), whose response says more than our own timeout.
 */
const TIMEOUT_MS = 10_000;
const NO_BUFFER = Buffer.alloc(0);

interface StateRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Is appended to the path of the state API. */
  path?: string;
  /** JSON. */
  body?: string | Buffer;
  signal?: AbortSignal | undefined;
  /** Gets the response body, where it fits. */
  buffer?: Buffer;
}

export interface StateReply {
  status: number;
  etag: string;
  body: Buffer;
}

/** Sends one request to the state API of the sidecar. Throws `unavailable` where no response comes. */
export type StateApi = (request: StateRequest) => Promise<StateReply>;

export function createStateApi(http: Dispatcher, headers: Record<string, string>): StateApi {
  const jsonHeaders = { ...headers, 'content-type': 'application/json' };

  return async ({ method, path = '', body, signal, buffer = NO_BUFFER }) => {
    signal?.throwIfAborted();
    using deadline = startDeadline(TIMEOUT_MS, signal);
    try {
      const response = await http.request({
        method,
        path: PATHS.state + path,
        body: body ?? null,
        headers: body === undefined ? headers : jsonHeaders,
        signal: deadline.signal,
      });
      const bytes = await collect(response.body, buffer);
      return { status: response.statusCode, etag: String(response.headers.etag), body: bytes };
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable('the store', cause);
    }
  };
}

/** Reads a whole response body, into `buffer` where it fits. */
async function collect(body: Dispatcher.ResponseData['body'], buffer: Buffer): Promise<Buffer> {
  let target = buffer;
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (length + piece.length > target.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(target.length * 2, length + piece.length));
      target.copy(larger, 0, 0, length);
      target = larger;
    }
    piece.copy(target, length);
    length += piece.length;
    countGarbage(piece.length);
  }
  return target.subarray(0, length);
}

/** The error for a response whose status shows a failure. */
export const toStoreError = ({ status, body }: StateReply): AppError =>
  unavailable('the store', new Error(`the sidecar answered ${status}: ${body.toString('utf8', 0, 500)}`));
