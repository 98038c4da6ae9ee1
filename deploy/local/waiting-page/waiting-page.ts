import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBoundedServer } from '../../../services/shared/http/http-server.ts';
import { unavailable } from '../../../services/shared/runtime/errors.ts';
import { DOCUMENT_HEADERS, documentOf } from './document.ts';
import type { Progress } from './progress.ts';

export interface WaitingPage {
  /** The port that it listens on. */
  readonly port: number;
  /** The descriptor of the listening socket, for the gateway to inherit. Undefined when the page no longer listens. */
  readonly socket: number | undefined;
  /** Leaves new connections to the gateway, which has inherited the socket. The page still answers those that it has accepted. */
  handOver(): void;
  /** Stops listening, and ends all connections. May be called again, and after handOver(). */
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
  const { port: listensOn } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const stopListening = (): Promise<unknown> => {
    closed ??= once(server.close(), 'close');
    return closed;
  };
  return {
    port: listensOn,
    get socket() {
      return descriptorOf(server);
    },
    handOver() {
      void stopListening();
    },
    async close() {
      const closed = stopListening();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Node has no public name for it. */
const descriptorOf = (server: Server & { _handle?: { fd: number } | null }): number | undefined =>
  server._handle?.fd;

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
