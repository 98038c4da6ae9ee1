import { ConnectionLostError, UnreachableError } from './errors.ts';

/** Error codes of Node and undici for a connection that could not be made. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** Error codes of Node and undici for a connection that was lost. */
const LOST = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

/**
 * Turns an error of `fetch`, or of reading a response, into an error of this client. Returns other errors unchanged. The
 * Fetch standard reports every network error as a TypeError. Node adds the reason as its cause; browsers give no reason,
 * and then the connection counts as lost, so that the request is repeated.
 */
export function connectionError(error: unknown, url: string): unknown {
  const code = codeOf(error) || codeOf((error as Error | undefined)?.cause);
  if (NOT_CONNECTED.includes(code)) {
    return new UnreachableError(`Nothing answers at ${url} (${code}).`, { cause: error });
  }
  if (LOST.includes(code)) {
    return new ConnectionLostError(`The connection to ${url} broke off (${code}).`, { cause: error });
  }
  if (error instanceof TypeError && code === '' && error.cause === undefined) {
    return new ConnectionLostError(`The connection to ${url} broke off.`, { cause: error });
  }
  return error;
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
