import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Milliseconds of one kind of request. */
export interface Latency {
  median: number;
  worst: number;
}

export interface Measured {
  open: number;
  health: Latency;
  /** Of `GET /jobs` with a token. */
  read: Latency;
  /** Resident memory of the gateway, in MiB. */
  memory: number;
}

/** Connects so many clients at a time: a kernel keeps a bounded number of connections that wait to be accepted. */
const BATCH = 100;
const ASKED = 50;

/**
 * Opens connections that send `text` and nothing more. Returns those that are open. The caller destroys them.
 * @param url a gateway
 */
export async function openConnections(url: string, count: number, text: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Math.min(BATCH, count - sockets.length);
    const opened = await Promise.all(
      Array.from({ length: batch }, () => {
        const { promise, resolve, reject } = Promise.withResolvers<Socket>();
        const socket = connect(Number(port), hostname, () => resolve(socket));
        socket.on('error', reject);
        if (text) socket.write(text);
        return promise;
      }),
    );
    sockets.push(...opened);
  }
  return sockets;
}

/** Measures what others notice of the connections that are open. */
export async function measure(url: string, token: string, sockets: readonly Socket[]): Promise<Measured> {
  const health = await latencyOf(`${url}/healthz`, {});
  const read = await latencyOf(`${url}/jobs`, { authorization: `Bearer ${token}` });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const bytes = Number(/^process_resident_memory_bytes\{.*\} (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
  const open = sockets.filter(({ destroyed }) => !destroyed).length;
  return { open, health, read, memory: Math.round(bytes / 1024 ** 2) };
}

async function latencyOf(url: string, headers: Record<string, string>): Promise<Latency> {
  const times: number[] = [];
  for (let count = 0; count < ASKED; count++) {
    const start = performance.now();
    const response = await fetch(url, { headers });
    await response.text();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => Math.round((times[Math.floor(part * (times.length - 1))] ?? 0) * 10) / 10;
  return { median: at(0.5), worst: at(1) };
}
