import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { createBoundedServer } from '../../../services/shared/http/http-server.ts';
import { measure, openConnections } from '../../load/idle-connections.ts';
import { OWNER } from '../../support/job.ts';
import { buildGateway, tokenOf } from '../../unit/gateway/test-gateway.ts';

const IDLE = 500;
const HALF = 200;

it('a gateway with hundreds of connections that do nothing serves others', {
  timeout: 60_000,
}, async (test) => {
  const server = createBoundedServer(buildGateway().app.callback(), { headersMs: 5_000, checkMs: 100 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const idle = await openConnections(url, IDLE, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  const half = await openConnections(url, HALF, 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
  test.after(() => {
    for (const socket of [...idle, ...half]) socket.destroy();
  });
  // An answer that comes at all comes while the others hold their connections, so no figure of this machine is asserted.
  await measure(url, await tokenOf(OWNER), [...idle, ...half]);
  await Promise.all(half.map((socket) => socket.resume() && (socket.destroyed || once(socket, 'close'))));
  assert.equal(idle.filter(({ destroyed }) => destroyed).length, 0);
});
