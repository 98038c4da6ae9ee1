import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../runtime/log.ts';
import { answerClientErrors } from './client-error.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { drainable } from './drain.ts';
import { MAX_HEADER_BYTES, MAX_HEADERS } from './request-bounds.ts';
import { endSlowReaders, type ReadingRate } from './slow-readers.ts';
import { endUnreadRequests } from './unread-request.ts';

/** A connection without any traffic is closed after this time. A slow connection stays open. */
const IDLE_MS = 120_000;
/**
 * A connection is kept open this long for the next request, which is longer than ingress controllers and sidecars keep
 * theirs (nginx 60 s, traefik and Go 90 s). With Node's default of 5 s, we sometimes close a connection at the moment when
 * they send an upload on it, and they answer with 502. (We measured it with traefik: 17 of 800 uploads, each 6 s after the
 * one before.)
 */
const KEEP_ALIVE_MS = 120_000;
/** Time for the headers of a request, also for the first byte on a new connection. */
const HEADERS_MS = 20_000;
/** How often Node looks for headers that are late. */
const CHECK_MS = 5_000;

/** Times and rates of a server, which tests make shorter. */
export interface ServerBounds {
  headersMs?: number;
  checkMs?: number;
  idleMs?: number;
  lingerMs?: number;
  reading?: ReadingRate;
}

export interface ServeOptions {
  /** Connections from one address. Default: no bound. */
  connectionsPerAddress?: number;
  host: string;
  port: number;
  /** The descriptor of a socket that listens already, which the parent process has left to this one. Replaces host and port. */
  listenFd?: number | undefined;
  log: Log;
  /**
   * Milliseconds. 0, which means no bound, where a response may take as long as a conversion and only our own sidecar
   * connects.
   */
  idleMs?: number;
  /** Seconds that the requests under way and `close` have together. */
  shutdownSeconds: number;
  /** Is aborted first, so that the service takes no new work and ends the work that it can end. */
  stopping: AbortController;
  /** Releases the resources of the service, after the last request. */
  close: () => Promise<void>;
}

/**
 * Listens until SIGTERM or SIGINT. Then it takes no new work, ends the requests under way, releases the resources, and
 * exits.
 */
export async function serve(listener: RequestListener, options: ServeOptions): Promise<Server> {
  const { host, port, listenFd, log, idleMs = IDLE_MS } = options;
  const server = createBoundedServer(listener, { idleMs });
  const perAddress = options.connectionsPerAddress;
  limitConnections(server, {
    log,
    ...(perAddress !== undefined && { perAddress }),
  } satisfies ConnectionLimits);
  const drain = drainable(server);
  server.listen(listenFd === undefined ? { host, port } : { fd: listenFd });
  await once(server, 'listening');
  const { address, port: listensOn } = server.address() as AddressInfo;
  log.info({ host: address, port: listensOn }, 'listening');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void stop(drain, options);
    });
  }
  return server;
}

/** A server that does not let a client hold a connection without using it. A slow upload or download goes on. */
export function createBoundedServer(listener: RequestListener, bounds: ServerBounds = {}): Server {
  const { headersMs = HEADERS_MS, checkMs = CHECK_MS, idleMs = IDLE_MS, lingerMs, reading } = bounds;
  const server = createServer(
    {
      // Node's default of 5 minutes for a whole request would cut off a slow upload. What reads a body bounds its time.
      requestTimeout: 0,
      headersTimeout: headersMs,
      connectionsCheckingInterval: checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    listener,
  );
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.timeout = idleMs;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  answerClientErrors(server);
  endUnreadRequests(server, lingerMs);
  endSlowReaders(server, reading);
  return server;
}

async function stop(
  drain: () => Promise<void>,
  { log, shutdownSeconds, stopping, close }: ServeOptions,
): Promise<void> {
  const deadline = setTimeout(() => {
    log.error({ shutdownSeconds }, 'did not stop in time');
    process.exit(1);
  }, shutdownSeconds * 1000);
  stopping.abort(new Error('the service is stopping'));
  try {
    await drain();
    await close();
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'could not stop cleanly');
    process.exit(1);
  } finally {
    clearTimeout(deadline);
  }
}
