import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { startDeadline } from '../runtime/deadline.ts';
import { unavailable } from '../runtime/errors.ts';
import { invokePath } from './names.ts';

const TIMEOUT_MS = 10_000;

export interface InvokeRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  /** Text, or the pieces of a body of bytes. */
  body?: string | readonly Uint8Array[];
  /** Milliseconds until a response has arrived. By default 10 s. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

export interface InvokeReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Calls another app through the sidecars. Throws `unavailable` where no response comes in time. */
export async function invoke(
  http: Dispatcher,
  sidecarHeaders: Record<string, string>,
  appId: string,
  { method, path, headers, body, timeoutMs = TIMEOUT_MS, signal }: InvokeRequest,
): Promise<InvokeReply> {
  using deadline = startDeadline(timeoutMs, signal);
  try {
    const reply = await http.request({
      method,
      path: invokePath(appId, path),
      headers: { ...headers, ...sidecarHeaders },
      // Pieces are sent in chunks: a sidecar keeps a body with a Content-Length in memory, twice, before it passes it on.
      body: typeof body === 'object' ? Readable.from(body, { objectMode: false }) : (body ?? null),
      signal: deadline.signal,
    });
    return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
  } catch (cause) {
    throw unavailable(`the ${appId} service`, cause);
  }
}
