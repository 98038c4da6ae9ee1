import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { drainable } from '../../../../services/shared/http/drain.ts';
import { AppError } from '../../../../services/shared/runtime/errors.ts';
import { eventually } from '../../../support/event-loop.ts';
import { mp4 } from '../../../unit/gateway/sample-uploads.ts';
import { asOwner, buildGateway } from '../../../unit/gateway/test-gateway.ts';

const MIB = 1024 ** 2;
const BODY_BYTES = 30 * MIB;

/** A gateway that can be stopped, and a connection with an upload that waits until `refuse` is called. */
async function startUpload(context: TestContext) {
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
  context.after(() => {
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
    refuse: () => refusal.reject(new AppError('unavailable', 'the store is unavailable')),
    stop() {
      gateway.stopping.abort();
      return drain();
    },
  };
}

describe('POST /upload, refused while the gateway stops', { timeout: 120_000 }, () => {
  test('answers at once with `Connection: close`, and lets the client send the rest before the connection ends', async (t) => {
    const { socket, received, failure, refuse, stop } = await startUpload(t);
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

  test('frees the connection when the client goes away instead', async (t) => {
    const { socket, received, refuse, stop } = await startUpload(t);
    const stopped = stop();
    refuse();
    await eventually(() => received().endsWith('}'));
    socket.destroy();
    await stopped;
  });
});

describe('POST /login, refused while the gateway stops', { timeout: 120_000 }, () => {
  test('answers with `Connection: close`', async (t) => {
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
    await eventually(() => gateway.invocations.some(({ path }) => path === '/login'));
    const stopped = drain();
    asked.reject(new AppError('unavailable', 'auth is unavailable'));
    const reply = await login;
    assert.deepEqual([reply.status, reply.headers.get('connection')], [503, 'close']);
    await reply.arrayBuffer();
    await stopped;
  });
});
