import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Time in which a client may still send, after it got its whole answer. */
const LINGER_MS = 30_000;

/**
 * Closes the connection of a client that goes on sending a body after the answer. Node reads and drops what comes, without a
 * bound, so that a client which trickles would hold its connection for ever. For a while it must go on, because a connection that
 * is closed at once can take the answer with it (RFC 9112, 9.6).
 */
export function endUnreadRequests(server: Server, lingerMs = LINGER_MS): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.once('finish', () => {
      if (request.complete) return;
      const { socket } = request;
      const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
      // `close` of a request that nobody reads comes only with its last byte, or with the end of the connection.
      for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
    });
  });
}
