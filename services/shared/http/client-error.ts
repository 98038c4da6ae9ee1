import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, STATUS } from '../runtime/errors.ts';
import { MAX_HEADER_BYTES } from './request-bounds.ts';
import { whenClosed } from './when-closed.ts';

/** What the parser of Node says of a request that it cannot read, and what the client gets for it. */
const ANSWERS: Record<string, [code: ErrorCode, reason: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'Request Header Fields Too Large',
    `the request line and the headers may have at most ${MAX_HEADER_BYTES} bytes`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'too_slow',
    'Request Timeout',
    'the headers of the request did not arrive in time',
  ],
};
const UNREADABLE: (typeof ANSWERS)[string] = ['bad_request', 'Bad Request', 'this is no valid HTTP request'];

/**
 * Answers requests that do not even become a request with problem details, and closes their connections. An answer that is
 * under way on the same connection must not be mixed with another one, so that connection is only closed.
 */
export function answerClientErrors(server: Server): void {
  const busy = new WeakSet<Socket>();
  server.prependListener('request', ({ socket }, response: ServerResponse) => {
    busy.add(socket);
    whenClosed(response, () => busy.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, connection) => {
    const socket = connection as Socket;
    if (error.code === 'ECONNRESET' || !socket.writable || busy.has(socket)) {
      socket.destroy();
      return;
    }
    socket.end(responseOf(ANSWERS[error.code ?? ''] ?? UNREADABLE));
    // A client that goes on sending and never closes its side would hold a half-open connection.
    socket.destroySoon();
  });
}

function responseOf([code, reason, detail]: (typeof ANSWERS)[string]): string {
  const status = STATUS[code];
  const body = JSON.stringify({
    type: 'about:blank',
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
  });
  const headers = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
