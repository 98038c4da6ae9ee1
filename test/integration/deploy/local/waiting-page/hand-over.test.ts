import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { prepareAppWithSidecar } from '../../../../../deploy/local/system/app-with-sidecar.ts';
import { readDaprYaml } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { waitUntilAllAnswer } from '../../../../../deploy/local/system/readiness.ts';
import { Progress } from '../../../../../deploy/local/waiting-page/progress.ts';
import { serveWaitingPage } from '../../../../../deploy/local/waiting-page/waiting-page.ts';
import { Ports } from '../../../../../deploy/process/ports.ts';
import { waitFor } from '../../../../support/wait.ts';

const repoRoot = resolve(import.meta.dirname, '../../../../..');
const EVERY_MS = 5;
const PAGE = '503 of the page';
const GATEWAY = '200 of the gateway';

/** A waiting page, and the real gateway, which is not started yet. It needs no sidecar to show its page. */
async function prepare(test: TestContext) {
  const stateRoot = mkdtempSync(join(tmpdir(), 'mp3converter-hand-over-'));
  const dataDir = join(stateRoot, '.data');
  const page = await serveWaitingPage(0, new Progress());
  const spec = readDaprYaml(repoRoot, {}).find(({ appId }) => appId === 'gateway');
  assert.ok(spec);
  const context = { repoRoot, stateRoot, dataDir, daprd: '', sockets: undefined, ports: new Ports(dataDir) };
  const secret = 'a secret of 32 characters or more';
  const gateway = await prepareAppWithSidecar(
    { ...context, tokens: { daprApi: 'token', appApi: 'token' } },
    { ...spec, name: 'gateway' },
    {
      listener: page,
      env: { LINK_SECRET: secret, EVENT_SECRET: secret, SPOOL_DIR: join(dataDir, 'spool') },
      report: () => undefined,
    },
  );
  test.after(async () => {
    await gateway.app.stop();
    await page.close();
    rmSync(stateRoot, { recursive: true, force: true });
  });
  const answers = () =>
    waitUntilAllAnswer([gateway], { report: () => undefined, signal: AbortSignal.timeout(60_000) });
  return { page, app: gateway.app, answers };
}

/** What a request on a connection of its own ends with: whose answer, or the code of the error. */
const ask = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (response) => {
      response.resume().once('error', failed);
      const isPage = response.headers['retry-after'] !== undefined;
      response.once('end', () => resolve(`${response.statusCode} of the ${isPage ? 'page' : 'gateway'}`));
    }).once('error', failed);
  });

/** Asks all the time, and keeps what the requests ended with, in the order in which they were sent. */
function askAllTheTime(test: TestContext, port: number) {
  const asked: Promise<string>[] = [];
  const timer = setInterval(() => asked.push(ask(port)), EVERY_MS);
  test.after(() => clearInterval(timer));
  return async (): Promise<string[]> => {
    clearInterval(timer);
    return Promise.all(asked);
  };
}

/** Opens a connection, of whose request only the beginning is sent yet. Returns what sends the rest, and reads the answer. */
async function beginRequest(port: number, beginning: string, rest: string) {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(beginning);
  return async (): Promise<string> => {
    socket.end(rest);
    return (await socket.setEncoding('utf8').toArray()).join('');
  };
}

describe('when the gateway takes over the port of the waiting page', () => {
  it('no connection is refused or cut', async (test) => {
    const { page, app, answers } = await prepare(test);
    const finish = [
      await beginRequest(page.port, '', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
      await beginRequest(page.port, 'GET / HTTP/1.1\r\nHo', 'st: a\r\n\r\n'),
    ];
    await ask(page.port);
    const stopAsking = askAllTheTime(test, page.port);
    await app.start();
    await answers();
    page.handOver();
    const after = await Promise.all(Array.from({ length: 100 }, () => ask(page.port)));
    const during = await stopAsking();

    assert.deepEqual(new Set(after), new Set([GATEWAY]));
    assert.deepEqual(new Set(during), new Set([PAGE, GATEWAY]));
    for (const answer of await Promise.all(finish.map((send) => send())))
      assert.match(answer, /^HTTP\/1.1 503 /);
  });

  it('the page goes on where the gateway ends before, and the next start takes over', async (test) => {
    const { page, app, answers } = await prepare(test);
    const stopAsking = askAllTheTime(test, page.port);
    await app.start();
    process.kill(app.pid as number, 'SIGKILL');
    await waitFor('the end of the process', () => app.crashes === 1, { pauseMs: 5 });
    assert.equal(await ask(page.port), PAGE);
    await answers();
    page.handOver();
    assert.equal(await ask(page.port), GATEWAY);
    assert.deepEqual(new Set(await stopAsking()), new Set([PAGE, GATEWAY]));
  });

  it('a gateway that ends later listens by itself when it is started again', async (test) => {
    const { page, app, answers } = await prepare(test);
    await app.start();
    await answers();
    page.handOver();
    const first = app.pid as number;
    process.kill(first, 'SIGKILL');
    await waitFor('the end of the process', () => app.crashes === 1, { pauseMs: 5 });
    assert.equal(await ask(page.port), 'ECONNREFUSED');
    await answers();
    assert.equal(await ask(page.port), GATEWAY);
    assert.notEqual(app.pid, first);
  });
});
