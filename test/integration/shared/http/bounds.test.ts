import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { limitConnections } from '../../../../services/shared/http/connection-limits.ts';
import { createJsonBody } from '../../../../services/shared/http/json-body.ts';
import { createApp } from '../../../../services/shared/http/koa-app.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { eventually } from '../../../support/event-loop.ts';
import { logLines } from '../../../support/log-lines.ts';
import { listenBounded, openRaw, trickle } from './raw-connection.ts';

const SHORT = { headersMs: 400, checkMs: 50, idleMs: 600_000, lingerMs: 400 };
const answerOk: RequestListener = (_request, response) => void response.end('ok');
const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n';

describe('a connection that does not send a request', { timeout: 120_000, concurrency: true }, () => {
  for (const [what, begin, piece] of [
    ['sends nothing', '', ''],
    ['sends half a request line', 'GET / HT', ''],
    ['sends half of its headers', HEAD, ''],
    ['trickles headers without end', HEAD, 'X-A: b\r\n'],
    ['trickles one header without end', `${HEAD}X-Long: `, 'x'],
    ['trickles empty lines', '', '\r\n'],
    ['falls silent in its second request', `${HEAD}\r\nGET /second HTTP/1.1\r\n`, ''],
  ] as const) {
    it(`is closed within bounded time where it ${what}`, async (test) => {
      const { port } = await listenBounded(test, answerOk, SHORT);
      const connection = await openRaw(test, port);
      connection.socket.write(begin);
      if (piece) trickle(connection, piece);
      const ms = await connection.closed;
      assert.ok(ms >= 300 && ms < 60_000, `${ms} ms`);
    });
  }

  it('learns with 408 that its headers came too late', async (test) => {
    const { port } = await listenBounded(test, answerOk, SHORT);
    const connection = await openRaw(test, port);
    connection.socket.write(HEAD);
    await connection.closed;
    assert.match(connection.text(), /^HTTP\/1.1 408 .*\r\nContent-Type: application\/problem\+json\r\n/);
    assert.match(connection.text(), /"code":"too_slow"/);
  });
});

describe('a request that is no request', { timeout: 120_000 }, () => {
  for (const [what, text, status, code] of [
    ['headers of more than 16 KiB', `${HEAD}X-Long: ${'x'.repeat(17_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['a URL of more than 16 KiB', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n`, 431, 'headers_too_large'],
    ['nonsense', 'nonsense\r\n\r\n', 400, 'bad_request'],
    [
      'a length and chunks at once',
      `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'bad_request',
    ],
    ['two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`, 400, 'bad_request'],
    ['a line end alone in a header', `${HEAD}X-A: b\nX-C: d\rX-E: f\r\n\r\n`, 400, 'bad_request'],
  ] as const) {
    it(`is answered with ${status} ${code} where it has ${what}`, async (test) => {
      const { port } = await listenBounded(test, answerOk, SHORT);
      const connection = await openRaw(test, port);
      connection.socket.write(text);
      await connection.closed;
      assert.match(connection.text(), new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(connection.text(), new RegExp(`"code":"${code}"`));
    });
  }

  it('does not put its answer into another one that is under way', async (test) => {
    const { port } = await listenBounded(test, (_request, response) => void response.write('begun'), SHORT);
    const connection = await openRaw(test, port);
    connection.socket.write(`${HEAD}\r\n`);
    await eventually(() => connection.text().includes('begun'));
    connection.socket.write('nonsense\r\n\r\n');
    await connection.closed;
    assert.doesNotMatch(connection.text(), /bad_request/);
  });
});

describe('a service', { timeout: 120_000 }, () => {
  const app = createApp(createLog('test', 'silent'));
  app.use(createJsonBody(300)).use((context) => {
    context.body = 'ok';
  });
  const post = (length: number) =>
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

  for (const [what, piece] of [
    ['falls silent', ''],
    ['trickles', ' '],
  ] as const) {
    it(`ends a JSON body that ${what} with 408, and closes its connection`, async (test) => {
      const { port } = await listenBounded(test, app.callback(), SHORT);
      const connection = await openRaw(test, port);
      connection.socket.write(`${post(10_000)}{`);
      if (piece) trickle(connection, piece);
      const ms = await connection.closed;
      assert.match(connection.text(), /^HTTP\/1.1 408 [\s\S]*"code":"too_slow"/);
      assert.ok(ms < 60_000, `${ms} ms`);
    });
  }

  it('reads a JSON body that comes in pieces within its time', async (test) => {
    const { port } = await listenBounded(test, app.callback(), SHORT);
    const connection = await openRaw(test, port);
    connection.socket.write(post(2));
    connection.socket.write('{');
    setImmediate(() => connection.socket.write('}'));
    await eventually(() => connection.text().includes('ok'));
    assert.match(connection.text(), /^HTTP\/1.1 200 /);
  });

  it('closes a connection on which a body goes on after the answer, and answers first', async (test) => {
    const { port } = await listenBounded(test, answerOk, SHORT);
    const connection = await openRaw(test, port);
    connection.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    trickle(connection, 'x');
    const ms = await connection.closed;
    assert.match(connection.text(), /^HTTP\/1.1 200 /);
    assert.ok(ms >= 300 && ms < 60_000, `${ms} ms`);
  });

  it('keeps a connection whose body ends after the answer', async (test) => {
    const { port } = await listenBounded(test, answerOk, SHORT);
    const connection = await openRaw(test, port);
    connection.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab');
    await eventually(() => connection.text().includes('ok'));
    connection.socket.write(`cd${HEAD}\r\n`);
    await eventually(() => connection.text().split('HTTP/1.1 200').length === 3);
  });
});

describe('limitConnections', { timeout: 120_000 }, () => {
  const silent = createLog('test', 'silent');

  it('closes the connections of an address above its bound, and says so once', async (test) => {
    const lines = logLines();
    const { server, port } = await listenBounded(test, answerOk, SHORT);
    limitConnections(server, { perAddress: 3, all: 100, log: pino({}, lines) });
    const opened = await Promise.all(Array.from({ length: 6 }, () => openRaw(test, port)));
    let refused = 0;
    for (const { socket, closed } of opened) {
      socket.write(`${HEAD}\r\n`);
      void closed.then(() => refused++);
    }
    await eventually(() => refused === 3 && opened.filter(({ text }) => text().includes('ok')).length === 3);
    assert.equal(lines.objects().length, 1);
    assert.match(lines.text(), /too many connections from one address/);
  });

  it('gives the place of a closed connection to the next one', async (test) => {
    const { server, port } = await listenBounded(test, answerOk, SHORT);
    limitConnections(server, { perAddress: 1, all: 100, log: silent });
    let open = 0;
    server.on('connection', (socket) => {
      open++;
      socket.once('close', () => open--);
    });
    for (let count = 0; count < 5; count++) {
      const connection = await openRaw(test, port);
      connection.socket.write(`${HEAD}Connection: close\r\n\r\n`);
      await connection.closed;
      assert.match(connection.text(), /^HTTP\/1.1 200 /);
      await eventually(() => open === 0);
    }
  });

  it('closes idle connections when there is hardly room for others', async (test) => {
    const { server, port } = await listenBounded(test, answerOk, { ...SHORT, headersMs: 600_000 });
    limitConnections(server, { all: 10, log: silent });
    const idle = [];
    for (let count = 0; count < 9; count++) {
      const connection = await openRaw(test, port);
      connection.socket.write(`${HEAD}\r\n`);
      await eventually(() => connection.text().includes('ok'));
      idle.push(connection);
    }
    const next = await openRaw(test, port);
    next.socket.write(`${HEAD}\r\n`);
    await eventually(() => next.text().includes('ok'));
    await Promise.all(idle.map(({ closed }) => closed));
  });
});
