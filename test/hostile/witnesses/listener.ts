import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A witness of calls: it waits on one port of 127.0.0.1 by TCP and UDP, and on a Unix socket. */
export interface Listener extends AsyncDisposable {
  port: number;
  /** Returns who has called since it was asked last, as a text for each call. */
  takeCalls(): Promise<string[]>;
}

/** How often a port is looked for that is free for both protocols. */
const TRIES = 20;

/** @param socket path of the Unix socket */
export async function listen(socket: string): Promise<Listener> {
  const calls: string[] = [];
  const tcp = createServer((connection) => {
    calls.push('TCP');
    connection.on('error', () => undefined);
    connection.destroy();
  });
  const unix = createServer((connection) => {
    calls.push('Unix socket');
    connection.destroy();
  });
  const udp = createSocket('udp4', () => calls.push('UDP'));
  const port = await bindBoth(tcp, udp);
  unix.listen(socket);
  await once(unix, 'listening');
  return {
    port,
    async takeCalls() {
      // A call that has arrived is reported in the next turn of the event loop.
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      return calls.splice(0);
    },
    async [Symbol.asyncDispose]() {
      for (const server of [tcp, unix]) server.close();
      udp.close();
    },
  };
}

async function bindBoth(tcp: Server, udp: ReturnType<typeof createSocket>): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    try {
      udp.bind(port, '127.0.0.1');
      await once(udp, 'listening');
      return port;
    } catch (error) {
      if (attempt === TRIES) throw error;
      tcp.close();
    }
  }
}
