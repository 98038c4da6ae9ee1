import { readFileSync } from 'node:fs';

/** The tables of TCP connections of our network, of which the second one also has those of IPv4 over IPv6. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/**
 * Bytes that the kernel has taken from us and the other side has not acknowledged, for each connection by `<local port>:<remote
 * port>`. Where two clients have the same port, the smaller number counts. Empty on systems without these tables.
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function readUnacknowledged(): Map<string, number> {
  const found = new Map<string, number>();
  for (const table of TABLES) {
    for (const line of linesOf(table)) {
      const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
      const bytes = Number.parseInt(queues, 16);
      if (Number.isNaN(bytes)) continue;
      const key = `${portOf(local)}:${portOf(remote)}`;
      found.set(key, Math.min(bytes, found.get(key) ?? bytes));
    }
  }
  return found;
}

const portOf = (address: string): number => Number.parseInt(address.split(':').at(-1) ?? '', 16);

function linesOf(table: string): string[] {
  try {
    return readFileSync(table, 'latin1').split('\n').slice(1);
  } catch {
    return [];
  }
}
