import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { Pool } from 'undici';
import { sidecarHeaders } from '../../../../services/shared/dapr/names.ts';
import { createPublish } from '../../../../services/shared/dapr/publish.ts';
import { AppError } from '../../../../services/shared/runtime/errors.ts';

const EVENT = { job_id: '7', filename: 'Ünïcode 🎬.mp4' };

/** Publishes to a sidecar that answers like that. */
async function publishing(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  timeoutMs?: number,
) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  context.after(async () => {
    await http.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { publish: createPublish(http, sidecarHeaders('secret'), timeoutMs), server };
}

/** Matches the error `unavailable` if its cause matches `message`. */
const unavailable = (message: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === 'unavailable' && message.test(String(error.cause));

describe('publishing', { timeout: 120_000 }, () => {
  it('posts the event to its topic as JSON, with the token of the sidecar', async (context) => {
    const received: object[] = [];
    const { publish } = await publishing(context, async (request, response) => {
      const { method, url, headers } = request;
      const names = ['content-type', 'dapr-api-token'].map((name) => headers[name]);
      received.push({ method, url, names, body: JSON.parse(await text(request)) });
      response.writeHead(204).end();
    });
    await publish('video', EVENT);
    const [request] = received as [{ url: string }];
    assert.equal(new URL(request.url, 'http://sidecar').pathname, '/v1.0/publish/pubsub/video');
    assert.deepEqual(received, [
      { method: 'POST', url: request.url, names: ['application/json', 'secret'], body: EVENT },
    ]);
  });

  for (const status of [307, 400, 403, 404, 500])
    it(`is unavailable, with what the sidecar says, where it answers ${status}`, async (context) => {
      const { publish } = await publishing(context, (_request, response) => {
        response.writeHead(status).end('{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}');
      });
      const said = new RegExp(`answered ${status}: .*ERR_PUBSUB_PUBLISH_MESSAGE`);
      await assert.rejects(publish('video', EVENT), unavailable(said));
    });

  it('is unavailable where no answer comes in time', async (context) => {
    const { publish } = await publishing(context, () => undefined, 50);
    await assert.rejects(publish('video', EVENT), unavailable(/timeout/i));
  });

  it('is unavailable where an answer does not end in time', async (context) => {
    const { publish } = await publishing(context, (_request, response) => response.write('{'), 200);
    await assert.rejects(publish('video', EVENT), unavailable(/timeout/i));
  });

  it('is unavailable where no sidecar listens', async (context) => {
    const { publish, server } = await publishing(context, () => undefined);
    server.close();
    await once(server, 'close');
    await assert.rejects(publish('video', EVENT), unavailable(/ECONNREFUSED/));
  });

  it('does not write to the console', async (context) => {
    const { publish } = await publishing(context, (_request, response) => response.writeHead(500).end());
    const lines = (['log', 'error', 'warn', 'info', 'debug'] as const).map(
      (method) => context.mock.method(console, method, () => undefined).mock,
    );
    await assert.rejects(publish('video', EVENT));
    assert.deepEqual(
      lines.map((mock) => mock.callCount()),
      [0, 0, 0, 0, 0],
    );
  });
});
