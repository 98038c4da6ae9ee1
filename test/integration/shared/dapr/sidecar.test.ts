import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { connectSidecar, type Sidecar } from '../../../../services/shared/dapr/sidecar.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';

/** More calls than any pool has connections. */
const MANY = 200;

/** A sidecar that does not answer requests whose path begins with `silent`, and answers all others. */
async function connected(context: TestContext, silent: string) {
  let held = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith(silent)) {
      held++;
      return;
    }
    response
      .setHeader('etag', '1')
      .end(JSON.stringify(request.url?.startsWith('/v1.0/state') ? 'value' : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sidecar = connectSidecar({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await sidecar.close();
  });
  return { sidecar, held: () => held };
}

type Kind = 'invoke' | 'state' | 'publish' | 'check' | 'mailBinding';
const callsOf = (sidecar: Sidecar): Record<Kind, () => Promise<unknown>> => ({
  invoke: () => sidecar.invoke('auth', { method: 'GET', path: '/' }),
  state: () => sidecar.state.get('key'),
  publish: () => sidecar.publish('video', {}),
  check: () => sidecar.check(),
  mailBinding: () => sidecar.mailBinding(),
});

for (const [what, path, silent] of [
  ['invocations', '/v1.0/invoke', 'invoke'],
  ['state calls', '/v1.0/state', 'state'],
] as const) {
  test(`${MANY} unanswered ${what} do not delay any other kind of call`, {
    timeout: 120_000,
  }, async (context) => {
    const { sidecar, held } = await connected(context, path);
    const { [silent]: ask, ...others } = callsOf(sidecar);
    let ended = 0;
    for (let count = 0; count < MANY; count++) ask().catch(() => ended++);
    await eventually(() => held() >= 64);
    for (const other of Object.values(others)) await other();
    assert.equal(ended, 0, 'the others have waited until these were given up');
  });
}

test('an invocation sends pieces of bytes as one body in chunks', async (context) => {
  const received: { length: string | undefined; encoding: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    received.push({ length, encoding, body: (await buffer(request)).toString() });
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sidecar = connectSidecar({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await sidecar.close();
  });
  const body = ['{}\n', 'first, ', '', 'last'].map((text) => Buffer.from(text));
  await sidecar.invoke('converter', { method: 'POST', path: '/probe', body });
  assert.deepEqual(received, [{ length: undefined, encoding: 'chunked', body: '{}\nfirst, last' }]);
});

describe('the metadata of a sidecar', () => {
  const COMPONENTS = [
    { name: 'store', type: 'state.mongodb', version: 'v1', capabilities: ['ETAG'] },
    { name: 'mail', type: 'bindings.smtp', version: 'v1' },
  ];

  /** A sidecar that answers with this. */
  async function answering(context: TestContext, status: number, body: string) {
    const server = createServer((_request, response) => {
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sidecar = connectSidecar({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    context.after(async () => {
      server.closeAllConnections();
      server.close();
      await sidecar.close();
    });
    return sidecar;
  }

  test('is its version and its components', async (context) => {
    const body = JSON.stringify({ id: 'gateway', runtimeVersion: '1.18.2', components: COMPONENTS });
    const sidecar = await answering(context, 200, body);
    assert.deepEqual(await sidecar.metadata(), {
      runtimeVersion: '1.18.2',
      components: COMPONENTS.map(({ name, type, version }) => ({ name, type, version })),
    });
    assert.equal(await sidecar.mailBinding(), 'bindings.smtp');
  });

  for (const body of ['{}', '{"components":null}']) {
    test(`has no component where the sidecar answers ${body}`, async (context) => {
      const sidecar = await answering(context, 200, body);
      assert.deepEqual((await sidecar.metadata()).components, []);
      assert.equal(await sidecar.mailBinding(), undefined);
    });
  }

  for (const [status, body] of [
    [500, '{}'],
    [200, 'no JSON'],
    [200, '{"components":[{"name":5}]}'],
  ] as const) {
    test(`is unavailable where the sidecar answers ${status} with ${body}`, async (context) => {
      const sidecar = await answering(context, status, body);
      await assert.rejects(sidecar.metadata(), { code: 'unavailable' });
    });
  }
});

test('an invocation waits as long as its caller says', { timeout: 120_000 }, async (context) => {
  const { sidecar } = await connected(context, '/v1.0/invoke');
  let isOtherOver = false;
  sidecar.invoke('converter', { method: 'POST', path: '/probe', body: [] }).catch(() => {
    isOtherOver = true;
  });
  const call = sidecar.invoke('converter', { method: 'POST', path: '/probe', body: [], timeoutMs: 50 });
  await assert.rejects(call, { code: 'unavailable' });
  assert.equal(isOtherOver, false, 'it has waited for as long as any call');
});

describe('the writes of one process', () => {
  /** A sidecar with this type of store, which answers to a write only when the test says so. */
  async function holding(context: TestContext, type: string) {
    const held: { key: string; answer: () => void }[] = [];
    const server = createServer(async (request, response) => {
      const body = (await buffer(request)).toString();
      if (request.method === 'GET') {
        response.end(JSON.stringify({ components: [{ name: 'store', type }] }));
        return;
      }
      const key = request.method === 'DELETE' ? String(request.url) : JSON.parse(body)[0].key;
      held.push({ key, answer: () => response.writeHead(204).end() });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sidecar = connectSidecar({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    context.after(async () => {
      server.closeAllConnections();
      server.close();
      await sidecar.close();
    });
    await sidecar.limitWrites(new AbortController().signal);
    const { state } = sidecar;
    const writes = ['a', 'b', 'c', 'd', 'e', 'f'].map((key, number) => {
      if (number % 3 === 0) return state.put(key, '{}');
      return number % 3 === 1 ? state.putBytes(key, Buffer.of(1)) : state.delete(key);
    });
    return { state, held, writes };
  }

  test('are two at a time in sqlite, in the order of their calls', { timeout: 120_000 }, async (context) => {
    const { state, held, writes } = await holding(context, 'state.sqlite');
    const called = state.put('g', '{}', { signal: AbortSignal.abort(new Error('called off')) });
    await assert.rejects(called, { message: 'called off' });
    for (let answered = 0; answered < writes.length; answered++) {
      const sent = Math.min(answered + 2, writes.length);
      await eventually(() => held.length === sent);
      await runEventLoop();
      assert.equal(held.length, sent);
      held[answered]?.answer();
    }
    await Promise.all(writes);
    assert.deepEqual(
      held.slice(2).map(({ key }) => key.at(-1)),
      ['c', 'd', 'e', 'f'],
    );
  });

  test('all go at once in a store with many writers', { timeout: 120_000 }, async (context) => {
    const { held, writes } = await holding(context, 'state.mongodb');
    await eventually(() => held.length === writes.length);
    for (const { answer } of held) answer();
    await Promise.all(writes);
  });
});
