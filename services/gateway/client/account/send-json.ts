import { jsonContent } from '../http/json-content.ts';
import type { ApiRequest } from '../http/transport.ts';

/** These answers are small, but a password costs the server time. */
const IDLE_TIMEOUT_MS = 30_000;

/** A request with a JSON body. The passwords and the tokens of mails travel in it, and never in a URL. */
export const jsonRequest = (
  method: ApiRequest['method'],
  path: string,
  signal: AbortSignal,
  body?: object,
): ApiRequest => ({
  ...{ method, path, signal, idleTimeoutMs: IDLE_TIMEOUT_MS },
  ...(body !== undefined && jsonContent(body)),
});
