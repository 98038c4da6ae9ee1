import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { drainable } from '../../../../services/shared/http/drain.ts';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server whose responses the test sends, and one client that would keep its connection. */
async function connected(test: TestContext) {
  const server = createServer();
  const drain = drainable(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  test.after(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const ask = async (): Promise<ServerResponse> => {
    const asked = once(server, 'request');
    socket.write(GET);
    const [, response] = (await asked) as [unknown, ServerResponse];
    return response;
  };
  return { server, drain, socket, ask, hear: () => text(socket) };
}

describe('a server that drains', { timeout: 120_000 }, () => {
  it('sends the response that is under way, with `Connection: close`', async (t) => {
    const { drain, ask, hear } = await connected(t);
    const response = await ask();
    const drained = drain();
    response.end('whole');
    const received = await hear();
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(received, /^connection: close\r$/im);
    assert.match(received, /\r\n\r\nwhole$/);
    await drained;
  });

  it('answers a late request on a busy connection, and closes the connection afterwards', async (t) => {
    const { drain, ask, hear } = await connected(t);
    const first = await ask();
    first.setHeader('Content-Length', 5);
    first.flushHeaders();
    const drained = drain();
    const second = await ask();
    first.end('first');
    second.end('second');
    const [, , late = ''] = (await hear()).split('HTTP/1.1 200 OK');
    assert.match(late, /^connection: close\r$/im);
    assert.match(late, /\r\n\r\nsecond$/);
    await drained;
  });

  it('closes a connection after a response that had begun before the drain', async (t) => {
    const { drain, ask, hear } = await connected(t);
    const response = await ask();
    response.setHeader('Content-Length', 5);
    response.flushHeaders();
    const drained = drain();
    response.end('whole');
    assert.match(await hear(), /\r\n\r\nwhole$/);
    await drained;
  });

  it('accepts no more connections', async (t) => {
    const { server, drain, ask } = await connected(t);
    const { port } = server.address() as AddressInfo;
    const response = await ask();
    const drained = drain();
    const [error] = await once(connect(port, '127.0.0.1'), 'error');
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    response.end();
    await drained;
  });
});
