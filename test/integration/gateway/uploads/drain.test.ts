import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { drainable } from '../../../../services/shared/http/drain.ts';
import { AppError } from '../../../../services/shared/runtime/errors.ts';
import { eventually } from '../../../support/event-loop.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/build.ts';
import { mp4 } from '../../../unit/gateway/footage.ts';

const MIB = 1024 ** 2;
const BODY_BYTES = 30 * MIB;

/** A gateway that can be stopped, one connection to it, and an upload on it that waits for its refusal. */
async function uploading(test: TestContext) {
  const refusal = Promise.withResolvers<void>();
  let waits = false;
  const gateway = buildGateway({
    maxUploadBytes: 64 * MIB,
    beforeClaim() {
      waits = true;
      return refusal.promise;
    },
  });
  const server = createServer(gateway.app.callback());
  const drain = drainable(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  test.after(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  let received = '';
  let failure: Error | undefined;
  socket.on('data', (piece) => {
    received += piece;
  });
  socket.on('error', (error) => {
    failure = error;
  });
  const lines = [
    'POST /upload HTTP/1.1',
    'Host: localhost',
    `Authorization: ${asOwner.authorization}`,
    'Content-Type: video/mp4',
    'Idempotency-Key: one',
    `Content-Length: ${BODY_BYTES}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.write(mp4(MIB));
  await eventually(() => waits);
  return {
    socket,
    received: () => received,
    failure: () => failure,
    refuse: () => refusal.reject(new AppError('unavailable', 'the store is away')),
    stop() {
      gateway.stopping.abort();
      return drain();
    },
  };
}

describe('an upload that is refused while the gateway stops', { timeout: 20_000 }, () => {
  it('is answered at once with `Connection: close`, and its client can send the rest before the connection ends', async (t) => {
    const { socket, received, failure, refuse, stop } = await uploading(t);
    const stopped = stop();
    refuse();
    await eventually(() => received().endsWith('}'));
    assert.match(received(), /^HTTP\/1\.1 503 /);
    assert.match(received(), /^connection: close\r$/im);
    const closed = once(socket, 'close');
    socket.write(mp4(BODY_BYTES - MIB));
    await closed;
    assert.equal(failure(), undefined);
    assert.equal(socket.bytesWritten > BODY_BYTES, true);
    await stopped;
  });

  it('frees its connection when the client leaves instead', async (t) => {
    const { socket, received, refuse, stop } = await uploading(t);
    const stopped = stop();
    refuse();
    await eventually(() => received().endsWith('}'));
    socket.destroy();
    await stopped;
  });
});

describe('a request that is refused while the gateway stops', { timeout: 20_000 }, () => {
  it('is answered with `Connection: close` too', async (t) => {
    const gateway = buildGateway({ auth: () => asked.promise });
    const asked = Promise.withResolvers<never>();
    const server = createServer(gateway.app.callback());
    const drain = drainable(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.closeAllConnections());
    const login = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/login`, {
      method: 'POST',
    });
    await eventually(() => gateway.asked.some(({ path }) => path === '/login'));
    const stopped = drain();
    asked.reject(new AppError('unavailable', 'auth is away'));
    const reply = await login;
    assert.deepEqual([reply.status, reply.headers.get('connection')], [503, 'close']);
    await reply.arrayBuffer();
    await stopped;
  });
});
