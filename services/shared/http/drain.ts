import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { whenClosed } from './when-closed.ts';

/** How often connections that have become idle are closed. */
const SWEEP_MS = 100;

/**
 * Prepares a server to be stopped. The returned function accepts no more connections, lets every request under way get its
 * response, and resolves when the last connection is closed.
 *
 * From then on, each response has `Connection: close` (RFC 9112, 9.6). Without it, a client or an ingress controller could
 * send its next request on a connection at the moment when we close it, and could not know whether the request was carried
 * out.
 */
export function drainable(server: Server): () => Promise<void> {
  const pending = new Set<ServerResponse>();
  let draining = false;
  const closeAfter = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  // Before the listener that sends the response.
  server.prependListener('request', (_request, response: ServerResponse) => {
    pending.add(response);
    whenClosed(response, () => pending.delete(response));
    if (draining) closeAfter(response);
  });
  return async () => {
    draining = true;
    for (const response of pending) closeAfter(response);
    const closed = once(server, 'close');
    server.close();
    // A response that had begun before leaves its connection open.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    await closed.finally(() => clearInterval(sweep));
  };
}
