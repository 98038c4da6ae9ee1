import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readUnacknowledged } from './unacknowledged.ts';
import { whenClosed } from './when-closed.ts';

/** How fast a client has to take an answer that waits for it. */
export interface ReadingRate {
  bytesPerSecond: number;
  /** An answer may fall behind this rate by so many milliseconds. */
  windowMs: number;
  tickMs: number;
}

/**
 * Half of what the slowest line needs that uploads allow. The window is long, because the kernel of a client acknowledges what a
 * slow program reads in steps of up to 64 KiB.
 */
const RATE: ReadingRate = { bytesPerSecond: 256, windowMs: 300_000, tickMs: 10_000 };

/** A response that is under way, and how far its client is behind. */
interface Progress {
  delivered: number;
  behindMs: number;
}

/** The parts of Node's TCP handle that also its own timeout of sockets goes by. */
interface TcpHandle {
  bytesWritten: number;
  writeQueueSize: number;
}

/**
 * Closes connections whose client does not read its answer, or reads it more slowly than the rate. Without it, a download or an
 * event stream would hold its place and its memory for as long as the client wants. A response counts only while bytes of it wait
 * for the client, so that a stream without events and a slow store are never too slow.
 *
 * `timeout` of the server would end slow readers too early: the kernel keeps megabytes for a connection, and reports it as
 * writable only when a third of them has gone. So the bytes that the client has acknowledged are what counts, where the kernel
 * tells them (Linux).
 */
export function endSlowReaders(server: Server, rate: ReadingRate = RATE): void {
  const open = new Map<ServerResponse, Progress>();
  let before = performance.now();

  server.prependListener('request', (_request, response: ServerResponse) => {
    open.set(response, { delivered: 0, behindMs: 0 });
    whenClosed(response, () => open.delete(response));
  });
  // With a listener, Node leaves it to us to close the connection.
  server.on('timeout', (socket: Socket) => {
    if ((handleOf(socket)?.writeQueueSize ?? 0) === 0) socket.destroy();
  });

  const timer = setInterval(() => {
    // Time in which this process stood still does not count.
    const elapsedMs = Math.min(performance.now() - before, 2 * rate.tickMs);
    before = performance.now();
    const waiting = [...open].filter(([{ socket }]) => (handleOf(socket)?.writeQueueSize ?? 0) > 0);
    const unacknowledged = waiting.length > 0 ? readUnacknowledged() : new Map();
    for (const [response, progress] of open) {
      const { socket } = response;
      const handle = handleOf(socket);
      if (!socket || !handle) continue;
      const delivered =
        handle.bytesWritten - handle.writeQueueSize - (unacknowledged.get(keyOf(socket)) ?? 0);
      const got = Math.max(0, delivered - progress.delivered);
      const isBehind = handle.writeQueueSize > 0;
      const behindMs = progress.behindMs + elapsedMs - (got * 1000) / rate.bytesPerSecond;
      progress.behindMs = isBehind ? Math.max(0, behindMs) : 0;
      progress.delivered = Math.max(progress.delivered, delivered);
      if (progress.behindMs >= rate.windowMs) socket.destroy();
    }
  }, rate.tickMs).unref();
  server.once('close', () => clearInterval(timer));
}

const handleOf = (socket: Socket | null): TcpHandle | undefined =>
  (socket as { _handle?: TcpHandle | null } | null)?._handle ?? undefined;

/** Ports are enough to tell the connections of one server apart, but for two clients with the same port. */
const keyOf = ({ localPort, remotePort }: Socket): string => `${localPort}:${remotePort}`;
