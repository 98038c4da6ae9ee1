import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import Koa from 'koa';
import { createTusSender } from '../../../chaos/load/send-by-tus.ts';
import { listen } from '../../../support/listen.ts';

const BYTES = Buffer.from('the bytes of a film');

interface Gateway {
  /** The status of the next response to HEAD. The gateway's errors announce a body also there. */
  headStatus: number;
  created: number;
}

/** A server that answers as the gateway does, for one upload. */
async function startGateway(test: TestContext): Promise<Gateway & { url: string }> {
  const gateway = { headStatus: 200, created: 0 };
  const app = new Koa();
  app.use((context) => {
    context.status = { POST: 201, PATCH: 204, GET: 200 }[context.method] ?? gateway.headStatus;
    if (context.method === 'POST') context.set('Location', `/uploads/${++gateway.created}`);
    if (context.method === 'GET') context.body = { job: { id: 'the job' } };
    if (context.method !== 'HEAD') return;
    if (context.status === 200) context.set('Upload-Offset', '0');
    else context.set('Content-Type', 'application/problem+json');
  });
  return Object.assign(gateway, { url: await listen(test, app) });
}

describe('createTusSender()', () => {
  const rows: [what: string, headStatus: number, replyStatus: number][] = [
    ['says that the token has expired', 401, 401],
    ['says that the service is not available', 503, 503],
    ['asks to begin again where the upload is gone', 404, 409],
    ['asks to try again where another request holds the upload', 423, 409],
  ];
  for (const [what, headStatus, replyStatus] of rows) {
    it(`${what}, when the offset is asked for, and goes on later`, async (test) => {
      const gateway = await startGateway(test);
      const send = createTusSender();
      const options = {
        ...{ url: gateway.url, headers: {}, filename: 'a.mp4', bytes: BYTES, signal: test.signal },
        plan: { way: 'tus', sendMs: 0, hangsUpAt: undefined, query: {} } as const,
      };
      gateway.headStatus = headStatus;
      assert.equal((await send(options)).status, replyStatus);
      gateway.headStatus = 200;
      assert.deepEqual(await send(options), { status: 202, json: { id: 'the job' } });
      assert.equal(gateway.created, headStatus === 404 ? 2 : 1);
    });
  }
});
