import type { Dispatcher } from 'undici';
import { anySignal } from '../runtime/abort-signals.ts';
import { unavailable } from '../runtime/errors.ts';
import { invokePath } from './names.ts';

const TIMEOUT_MS = 10_000;

export interface InvokeRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
}

export interface InvokeReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Calls another app through the sidecars. Throws `unavailable` where no response comes within 10 s. */
export async function invoke(
  http: Dispatcher,
  sidecarHeaders: Record<string, string>,
  appId: string,
  { method, path, headers, body, signal }: InvokeRequest,
): Promise<InvokeReply> {
  const timeoutSignal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const reply = await http.request({
      method,
      path: invokePath(appId, path),
      headers: { ...headers, ...sidecarHeaders },
      body: body ?? null,
      signal: anySignal(signal, timeoutSignal),
    });
    return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
  } catch (cause) {
    throw unavailable(`the ${appId} service`, cause);
  }
}
