import { connectionError } from './connection-error.ts';
import {
  ClientError,
  ConnectionLostError,
  ForeignResponseError,
  ProblemError,
  RedirectError,
} from './errors.ts';
import { createIdleTimeout } from './idle-timeout.ts';
import { readProblem } from './problem-details.ts';
import { createReply, type Reply } from './reply.ts';
import { observeBody } from './request-body.ts';
import { parseRetryAfter } from './retry-after.ts';

export type Body = string | Blob | ReadableStream<Uint8Array>;

export interface ApiRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Begins with a slash. It is appended to the path of the transport's URL. Without `query`, it may have a query of its own. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Called for each attempt, because a stream can be read only once. */
  body?: () => Body;
  /** Gets the bytes of the body sent so far. Called only for a stream. */
  onSent?: (bytes: number) => void;
  /** Milliseconds without a byte in either direction after which the request fails. Default: two minutes. */
  idleTimeoutMs?: number;
  /** Whether the request outlives the page that sends it. Default: it does not. */
  keepalive?: boolean;
  signal: AbortSignal;
}

/** Sends requests to one gateway. */
export interface Transport {
  /** Without a slash at the end. */
  readonly url: string;
  /**
   * Resolves with a 2xx response whose body is still unread.
   * @throws ProblemError, UnreachableError, ConnectionLostError, ForeignResponseError, RedirectError; the signal's reason
   */
  send(request: ApiRequest): Promise<Reply>;
}

/** The platform's `fetch`, or one of the same form. */
export type Fetch = (url: URL, init: FetchInit) => Promise<Response>;
export type FetchInit = Omit<RequestInit, 'body'> & { body?: Body; duplex?: 'half' };

const IDLE_TIMEOUT_MS = 120_000;
const MAX_PROBLEM_BYTES = 64 * 1024;

export interface TransportOptions {
  /** Whether a browser sends and keeps cookies of the page's own origin. Default: it does not. */
  cookies?: boolean;
}

/** @param url of the gateway, or of the path below which it can be reached; without a slash at the end */
export function createTransport(
  url: string,
  fetch: Fetch,
  { cookies = false }: TransportOptions = {},
): Transport {
  return {
    url,
    async send(request) {
      const { signal, idleTimeoutMs = IDLE_TIMEOUT_MS } = request;
      signal.throwIfAborted();
      const timeoutError = () =>
        new ConnectionLostError(`${url} has sent nothing for ${idleTimeoutMs / 1000} seconds.`);
      const idle = createIdleTimeout(idleTimeoutMs, signal, timeoutError);
      const body = request.body?.();
      const onSent = (bytes: number) => {
        idle.refresh();
        request.onSent?.(bytes);
      };
      const observed = body instanceof ReadableStream ? observeBody(body, onSent) : undefined;
      const credentials = cookies ? 'same-origin' : 'omit';
      const init = { ...initOf(request, observed?.stream ?? body, idle.signal), credentials } as const;
      const response = await idle
        .watch(() => fetch(targetOf(url, request), init))
        .catch((error: unknown) => {
          throw observed?.sourceError() ?? connectionError(error, url);
        });
      const reply = createReply(response, idle, url);
      if (response.ok) return reply;
      throw await errorOf(reply, url);
    },
  };
}

function targetOf(url: string, { path, query }: ApiRequest): URL {
  const target = new URL(`${url}${path}`);
  if (query !== undefined) target.search = new URLSearchParams(query).toString();
  return target;
}

const initOf = (
  { method, headers = {}, keepalive = false }: ApiRequest,
  body: Body | undefined,
  signal: AbortSignal,
): FetchInit => ({
  method,
  headers,
  signal,
  redirect: 'manual',
  ...(keepalive && { keepalive }),
  ...(body !== undefined && { body }),
  // The Fetch standard requires `duplex` with a stream.
  ...(body instanceof ReadableStream && { duplex: 'half' }),
});

async function errorOf(reply: Reply, url: string): Promise<ClientError> {
  const { status, headers } = reply;
  const location = headers.get('location');
  // A browser hides a redirect behind status 0 and gives no location.
  if (status === 0 || (status >= 300 && status < 400 && location !== null)) {
    await reply.discard();
    return new RedirectError(`${url} redirects to ${location ?? 'another address'}.`);
  }
  const retryAfterSeconds = parseRetryAfter(headers.get('retry-after'));
  const body = await reply.text(MAX_PROBLEM_BYTES);
  const problem = status < 400 ? undefined : readProblem(headers.get('content-type'), body);
  if (problem) return new ProblemError(problem.detail, { ...problem, status, retryAfterSeconds });
  // Retrying cannot help, because the file stays too large.
  if (status === 413)
    return new ClientError(`A proxy in front of ${url} refuses a file of this size (HTTP 413).`);
  return new ForeignResponseError(`${url} answered HTTP ${status}, but not as the gateway would.`, {
    status,
    retryAfterSeconds,
  });
}
