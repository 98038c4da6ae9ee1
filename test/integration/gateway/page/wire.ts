import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A line between a browser and a gateway, on which a test sees what is sent, and which it can hold up or cut. */
export interface Wire {
  /** Of the gateway, over this line. */
  url: string;
  /** Everything that the browser has sent so far. */
  sent(): Buffer;
  /** Holds up the connection on which this many further bytes have been sent. Resolves once one is held up. */
  holdAfter(bytes: number): Promise<void>;
  /** Lets everything through again. */
  release(): void;
  /** Ends all connections, and refuses others until `release`. */
  cut(): void;
}

/** @param url of the gateway */
export async function openWire(context: Pick<TestContext, 'after'>, url: string): Promise<Wire> {
  const { port } = new URL(url);
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let onHeld = () => undefined as unknown;
  let isCut = false;

  const server = createServer((browser) => {
    if (isCut) return browser.destroy();
    const gateway = connect(Number(port), '127.0.0.1');
    for (const socket of [browser, gateway]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        browser.destroy();
        gateway.destroy();
      });
    }
    gateway.pipe(browser);
    browser.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      left -= chunk.length;
      const isFull = !gateway.write(chunk);
      if (left <= 0) {
        held.add(browser);
        left = Number.POSITIVE_INFINITY;
        onHeld();
      }
      if (isFull || held.has(browser)) browser.pause();
      if (isFull) gateway.once('drain', () => !held.has(browser) && browser.resume());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  context.after(() => {
    end();
    server.close();
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    sent: () => Buffer.concat(chunks),
    holdAfter(bytes) {
      left = bytes;
      const { promise, resolve } = Promise.withResolvers<void>();
      onHeld = resolve;
      return promise;
    },
    release() {
      isCut = false;
      for (const socket of held) socket.resume();
      held.clear();
    },
    cut() {
      isCut = true;
      end();
    },
  };
}
