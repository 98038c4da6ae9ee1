import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type Koa from 'koa';

/** The application on a port of its own on loopback, for what only a real connection shows. */
export async function listening<State>(test: TestContext, app: Koa<State>): Promise<string> {
  return (await listeningServer(test, app)).url;
}

/** The same, with the server, for tests that need to know what it has seen. */
export async function listeningServer<State>(
  test: TestContext,
  app: Koa<State>,
): Promise<{ url: string; server: Server }> {
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
