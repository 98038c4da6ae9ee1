import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBoundedServer } from '../../../services/shared/http/http-server.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { DOCUMENT_HEADERS, documentOf } from './document.ts';
import type { Progress } from './progress.ts';

export interface WaitingPage {
  /** The port that it listens on. */
  readonly port: number;
  /** Frees the port for the gateway. May be called again. */
  close(): Promise<void>;
}

/**
 * Serves the gateway's port while the system starts, on this machine only, as the gateway does. It shows people a page with the
 * steps of the start. Programs get 503 with `Retry-After`, and so try again. Nothing of a request is in an answer.
 * @throws with code EADDRINUSE where the port is taken
 */
export async function serveWaitingPage(port: number, progress: Progress): Promise<WaitingPage> {
  const server = createBoundedServer((request, response) => answer(request, response, progress));
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  let closed: Promise<unknown> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
      }
      await closed;
    },
  };
}

const PROBLEM = unavailable('mp3converter');
const PROBLEM_FIELDS = {
  ...{ type: 'about:blank', title: PROBLEM.code, status: PROBLEM.status, code: PROBLEM.code },
  detail: 'mp3converter is being started; try again shortly',
};

function answer(request: IncomingMessage, response: ServerResponse, progress: Progress): void {
  const { steps } = progress;
  const common = {
    ...PROBLEM.headers,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // The next request should find the gateway.
    Connection: 'close',
  };
  if (wantsHtml(request)) {
    response.writeHead(PROBLEM.status, { ...common, ...DOCUMENT_HEADERS }).end(documentOf(steps));
    return;
  }
  const body = request.url === '/readyz' ? { status: 'unavailable', steps } : PROBLEM_FIELDS;
  const type = request.url === '/readyz' ? 'application/json' : 'application/problem+json';
  response.writeHead(PROBLEM.status, { ...common, 'Content-Type': type }).end(JSON.stringify(body));
}

const wantsHtml = ({ method, headers, url }: IncomingMessage): boolean =>
  method === 'GET' && url !== '/readyz' && headers.accept?.includes('text/html') === true;
