import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../runtime/log.ts';
import { drainable } from './drain.ts';

/** A connection on which nothing moves for this long is closed; slow is fine, silent is not. */
const IDLE_MS = 120_000;
/**
 * A connection is kept this long for the next request. Longer than ingress controllers and sidecars keep theirs (nginx 60 s, traefik
 * and Go 90 s): with Node's default of 5 s we close a connection at the moment at which they send an upload on it, which then
 * fails with a 502 of theirs. (Of 800 uploads by traefik, sent 6 s after the one before, 17 did.)
 */
const KEEP_ALIVE_MS = 120_000;

export interface ServeOptions {
  host: string;
  port: number;
  log: Log;
  /** Milliseconds; 0 where an answer may take as long as a conversion, and only our own sidecar connects. */
  idleMs?: number;
  /** Time that requests under way and `close` have together, in seconds. */
  shutdownSeconds: number;
  /** Aborted first, so that the service takes no new work and ends what it can. */
  stopping: AbortController;
  /** Releases what the service holds, after the last request. */
  close: () => Promise<void>;
}

/** Listens until SIGTERM or SIGINT, then stops in order: no new work, requests under way, resources, exit. */
export async function serve(listener: RequestListener, options: ServeOptions): Promise<Server> {
  const { host, port, log, idleMs = IDLE_MS } = options;
  // Node's default of 5 minutes for a whole request would cut a slow upload.
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, listener);
  server.timeout = idleMs;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const drain = drainable(server);
  server.listen(port, host);
  await once(server, 'listening');
  log.info({ host, port: (server.address() as AddressInfo).port }, 'listening');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void stop(drain, options);
    });
  }
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
