import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Log } from '../runtime/log.ts';

/** Open files that are not for connections of clients: to the sidecar, for spooled files, for the program itself. */
const RESERVED_FILES = 512;
/** A process that may have fewer than this cannot serve many clients, and says so at its start. */
const FEW_FILES = 4_096;
/** From this share on, connections on which nothing is under way are closed, so that there is room for others. */
const CROWDED = 0.9;
const SHED_MS = 1_000;
const REPORT_MS = 60_000;

export interface ConnectionLimits {
  /** Connections from one address, or from one /64 of IPv6. 0 means no bound. */
  perAddress?: number;
  /** The most connections in all. Default: what the limit of open files leaves. */
  all?: number;
  log: Log;
}

/**
 * Bounds the connections of a server below the limit of open files of this process. Beyond that limit, the process could not
 * even reach its own sidecar. The kernel or the parser closes a connection that is refused; its client gets no answer.
 */
export function limitConnections(server: Server, { perAddress = 0, all, log }: ConnectionLimits): void {
  const max = all ?? connectionsFor(readFileLimit(), log);
  server.maxConnections = max;
  const reportRefusal = createReport(log);
  const counts = new Map<string, number>();
  let open = 0;
  let shedAt = Number.NEGATIVE_INFINITY;

  server.on('drop', () => reportRefusal('too many connections'));
  server.on('connection', (socket: Socket) => {
    open++;
    const place = placeOf(socket.remoteAddress ?? '');
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    socket.once('close', () => {
      open--;
      const left = (counts.get(place) ?? 1) - 1;
      if (left === 0) counts.delete(place);
      else counts.set(place, left);
    });
    if (perAddress > 0 && count > perAddress) {
      reportRefusal('too many connections from one address');
      socket.destroy();
    } else if (open > max * CROWDED && performance.now() - shedAt > SHED_MS) {
      shedAt = performance.now();
      server.closeIdleConnections();
    }
  });
}

/** Whoever has an IPv6 address mostly has its whole /64. */
export function placeOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = 8 - groups.length - (tail ? tail.split(':').length : 0);
  const filled = tail === undefined ? groups : [...groups, ...Array(missing).fill('0'), ...tail.split(':')];
  return filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':');
}

function connectionsFor(files: number | undefined, log: Log): number {
  if (files === undefined) return Number.POSITIVE_INFINITY;
  const max = Math.max(Math.floor(files / 2), files - RESERVED_FILES);
  const about = { open_files: files, max_connections: max };
  if (files < FEW_FILES)
    log.warn(about, 'few open files are allowed: raise the limit (ulimit -n) to serve more clients');
  else log.debug(about, 'limit of open files');
  return max;
}

/** The soft limit of open files, which Node has raised to the hard one at its start. Undefined where it is not known. */
function readFileLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** One line a minute, however many connections are refused. */
function createReport(log: Log): (reason: string) => void {
  const refused = new Map<string, { count: number; at: number }>();
  return (reason) => {
    const { count, at } = refused.get(reason) ?? { count: 0, at: Number.NEGATIVE_INFINITY };
    const isDue = performance.now() - at >= REPORT_MS;
    if (isDue) log.warn({ reason, count: count + 1 }, 'connections were refused');
    refused.set(reason, isDue ? { count: 0, at: performance.now() } : { count: count + 1, at });
  };
}
