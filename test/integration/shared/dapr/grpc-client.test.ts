import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createGrpcClient, FRAME_HEAD_BYTES } from '../../../../services/shared/dapr/grpc-client.ts';
import { connectSidecar } from '../../../../services/shared/dapr/sidecar.ts';
import { eventually } from '../../../support/event-loop.ts';

const PATH = '/package.Service/Method';
const NO_ERROR = 0;
const CANCEL = 8;

interface Received {
  headers: Record<string, unknown>;
  body?: Buffer;
  stream: ServerHttp2Stream;
}

type Answer = (received: Received) => Promise<void> | void;

const status =
  (fields: Record<string, string>): Answer =>
  ({ stream }) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(fields));
    stream.end(Buffer.alloc(FRAME_HEAD_BYTES));
  };
const success = status({ 'grpc-status': '0' });

/** A server that answers each call once it has read it, unless `isEager`, and a client of it. */
async function serving(context: TestContext, answer: Answer, { isEager = false, port = 0 } = {}) {
  const calls: Received[] = [];
  const sessions: ServerHttp2Session[] = [];
  // Node bounds the memory of a session, unlike the server of a sidecar.
  const server: Http2Server = createServer({ maxSessionMemory: 1000 })
    .on('session', (session) => sessions.push(session))
    .on('stream', async (stream, headers) => {
      stream.on('error', () => undefined);
      const received: Received = { headers, stream };
      calls.push(received);
      if (!isEager) received.body = await buffer(stream).catch(() => Buffer.alloc(0));
      if (!stream.destroyed) await answer(received);
    })
    .listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  const client = createGrpcClient(`http://127.0.0.1:${bound}`, { 'dapr-api-token': 'secret' });
  const stop = () => {
    for (const session of sessions) session.destroy();
    server.close();
  };
  context.after(stop);
  context.after(() => client.close());
  return { calls, sessions, stop, port: bound, client };
}

const call = (more: { frame?: Buffer; timeoutMs?: number; signal?: AbortSignal } = {}) => ({
  ...{ path: PATH, frame: Buffer.from([0, 0, 0, 0, 1, 42]), timeoutMs: 10_000 },
  ...more,
});

describe('the client of gRPC', () => {
  it('sends the frame to the method with the token and a deadline, and says that its memory is free', async (t) => {
    const { client, calls } = await serving(t, success);
    assert.equal(await client.call(call()), true);
    const [{ headers, body } = assert.fail()] = calls;
    assert.deepEqual(
      [':method', ':path', 'content-type', 'te', 'dapr-api-token', 'grpc-timeout'].map(
        (name) => headers[name],
      ),
      ['POST', PATH, 'application/grpc', 'trailers', 'secret', '10000m'],
    );
    assert.deepEqual([...(body ?? [])], [0, 0, 0, 0, 1, 42]);
  });

  it('sends frames of several MiB at a time over one connection', async (t) => {
    const { client, calls, sessions } = await serving(t, success);
    const frames = Array.from({ length: 40 }, (_, number) => Buffer.alloc(1024 ** 2 + number, number));
    await Promise.all(frames.map((frame) => client.call(call({ frame }))));
    assert.equal(sessions.length, 1);
    const bodies = new Set(calls.map(({ body }) => body?.toString('latin1')));
    assert.ok(frames.every((frame) => bodies.has(frame.toString('latin1'))));
  });

  const FAILURES: [what: string, answer: Answer, message: RegExp][] = [
    [
      'a status in the trailers',
      status({ 'grpc-status': '13', 'grpc-message': 'disk%20full: 100%' }),
      /^gRPC status 13: disk full: 100%$/,
    ],
    [
      'a status in the headers alone',
      ({ stream }) => stream.respond({ ':status': 200, 'grpc-status': '16' }, { endStream: true }),
      /^gRPC status 16/,
    ],
    ['no gRPC', ({ stream }) => stream.respond({ ':status': 404 }, { endStream: true }), /^HTTP 404$/],
    [
      'no status',
      ({ stream }) => stream.respond({ ':status': 200 }, { endStream: true }),
      /ended without an answer/,
    ],
    ['a reset of the call', ({ stream }) => stream.close(CANCEL), /ended without an answer/],
    ['an end of the connection', ({ stream }) => stream.session?.destroy(), /./],
  ];
  for (const [what, answer, message] of FAILURES) {
    it(`reports a failure where the answer is ${what}`, async (t) => {
      const { client } = await serving(t, answer);
      await assert.rejects(client.call(call()), { message });
    });
  }

  it('keeps the memory of a frame that was answered before it was sent', async (t) => {
    const { client } = await serving(t, success, { isEager: true });
    const isFree = await client.call(call({ frame: Buffer.alloc(8 * 1024 ** 2) })).catch(() => false);
    assert.equal(isFree, false);
  });

  it('ends a call with the reason of its signal in the middle of a frame, and tells the server', async (t) => {
    const { client, calls } = await serving(t, () => undefined, { isEager: true });
    const off = new AbortController();
    const sending = client.call(call({ frame: Buffer.alloc(8 * 1024 ** 2), signal: off.signal }));
    await eventually(() => calls.length > 0);
    off.abort(new Error('called off'));
    await assert.rejects(sending, { name: 'AbortError' });
    const [{ stream } = assert.fail()] = calls;
    await eventually(() => stream.closed);
    assert.equal(stream.rstCode, CANCEL);
  });

  it('gives up a call at its deadline, and opens another connection for the next one', async (t) => {
    let isSilent = true;
    const { client, sessions } = await serving(t, (received) => (isSilent ? undefined : success(received)));
    await assert.rejects(client.call(call({ timeoutMs: 50 })), { name: 'AbortError' });
    isSilent = false;
    await client.call(call());
    assert.equal(sessions.length, 2);
  });

  it('opens another connection once the server says that it closes this one', {
    timeout: 120_000,
  }, async (t) => {
    const { client, sessions } = await serving(t, success);
    await client.call(call());
    sessions[0]?.goaway(NO_ERROR);
    // Until that has arrived, calls may go over the first one.
    while (sessions.length < 2) await client.call(call()).catch(() => undefined);
    await client.call(call());
    assert.equal(sessions.length, 2);
  });

  it('reports that the server is gone, and finds the next one on the same port', async (t) => {
    const first = await serving(t, () => undefined);
    const lost = first.client.call(call());
    await eventually(() => first.calls.length > 0);
    first.stop();
    await assert.rejects(lost);
    await assert.rejects(first.client.call(call()), /ECONNREFUSED/);
    const second = await serving(t, success, { port: first.port });
    await first.client.call(call());
    assert.equal(second.calls.length, 1);
  });

  it('waits at its end for the calls under way', async (t) => {
    const held: (() => void)[] = [];
    const { client, calls } = await serving(t, (received) => void held.push(() => success(received)));
    const calling = client.call(call());
    await eventually(() => held.length > 0);
    const closing = client.close();
    held[0]?.();
    await Promise.all([calling, closing]);
    assert.equal(calls.length, 1);
    await client.close();
  });
});

it('the trial of raw bytes says that the store is unavailable where neither API of the sidecar takes a save', async (t) => {
  const { port } = await serving(t, status({ 'grpc-status': '16', 'grpc-message': 'no token' }));
  const sidecar = connectSidecar({ host: '127.0.0.1', port, grpcPort: port });
  t.after(() => sidecar.close());
  // Its state API is not there either, so that the trial knows nothing.
  await assert.rejects(sidecar.useRawBytes(new AbortController().signal), { code: 'unavailable' });
});
