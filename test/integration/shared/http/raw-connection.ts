import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createBoundedServer, type ServerBounds } from '../../../../services/shared/http/http-server.ts';

/** Serves on a free port of 127.0.0.1, with bounds that a test makes short. */
export async function listenBounded(
  test: TestContext,
  listener: RequestListener,
  bounds: ServerBounds,
): Promise<{ server: Server; port: number }> {
  const server = createBoundedServer(listener, bounds).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export interface RawConnection {
  socket: Socket;
  /** All that the server has sent so far. */
  text: () => string;
  /** Milliseconds until the server closed the connection. */
  closed: Promise<number>;
}

/** A connection on which a test sends what it likes. */
export async function openRaw(test: TestContext, port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  test.after(() => socket.destroy());
  const start = performance.now();
  // `once` would reject with the error of a connection that is reset.
  const closed = new Promise<number>((resolve) => {
    socket.once('close', () => resolve(performance.now() - start));
  });
  await Promise.race([new Promise((resolve) => socket.once('connect', () => resolve(undefined))), closed]);
  const pieces: string[] = [];
  socket.on('data', (bytes) => pieces.push(bytes.toString('latin1')));
  return { socket, text: () => pieces.join(''), closed };
}

/** Sends a piece every few milliseconds until the connection is closed. */
export function trickle({ socket }: RawConnection, piece: string, everyMs = 20): void {
  const timer = setInterval(() => {
    if (socket.writable) socket.write(piece);
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
