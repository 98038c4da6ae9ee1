import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type Koa from 'koa';

/** Serves an application on a free port of 127.0.0.1, for tests that need a real connection. Returns its URL. */
export async function listen<State>(test: TestContext, app: Koa<State>): Promise<string> {
  return (await listenWithServer(test, app)).url;
}

/** Like {@link listen}, but also returns the server, for tests that listen to its events. */
export async function listenWithServer<State>(
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
