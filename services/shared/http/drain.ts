import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/** How often connections that have become idle are closed. */
const SWEEP_MS = 100;

/**
 * Prepares a server to be stopped. The function that it returns takes no more connections, lets every request under way be
 * answered, and resolves when the last connection is closed.
 *
 * Each answer given from then on says `Connection: close` (RFC 9112, 9.6). Otherwise a client or an ingress controller sends its
 * next request on that connection at the moment at which we close it, and cannot know whether the request was carried out.
 */
export function drainable(server: Server): () => Promise<void> {
  const unanswered = new Set<ServerResponse>();
  let draining = false;
  const closeAfter = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  // Before the listener that answers.
  server.prependListener('request', (_request, response: ServerResponse) => {
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    if (draining) closeAfter(response);
  });
  return async () => {
    draining = true;
    for (const response of unanswered) closeAfter(response);
    const closed = once(server, 'close');
    server.close();
    // An answer that had begun before leaves its connection open.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    await closed.finally(() => clearInterval(sweep));
  };
}
