import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Koa from 'koa';
import type { AppWithSidecar } from '../../../../../deploy/local/system/app-with-sidecar.ts';
import { startPairs } from '../../../../../deploy/local/system/start-pairs.ts';
import type { Supervised } from '../../../../../deploy/process/supervised.ts';
import { listen } from '../../../../support/listen.ts';
import { waitFor } from '../../../../support/wait.ts';

const NAMES = ['auth', 'converter', 'notification', 'gateway'];
/** The start of a system whose processes only note that they were started. The gateway answers when it is told to. */
async function start(context: TestContext) {
  const started: string[] = [];
  const serversReady = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let isUp = false;
  let looks = 0;
  const gateway = new Koa().use((answer) => {
    looks += 1;
    answer.status = isUp ? 200 : 503;
  });
  const appPort = Number(new URL(await listen(context, gateway)).port);
  const processOf = (name: string) =>
    ({ name, crashes: 0, start: async () => void started.push(name) }) as unknown as Supervised;
  const pairs = NAMES.map((name) => ({
    ...{ spec: { appId: name, name }, view: { appPort } },
    ...{ app: processOf(name), sidecar: processOf(`${name}.daprd`) },
  })) as unknown as AppWithSidecar[];
  const starting = startPairs(pairs, {
    components: [processOf('nodemailer')],
    serversReady: serversReady.promise,
    waitingPage: { handOver: () => void started.push('hand over') },
    report: () => undefined,
    signal: stopping.signal,
  });
  starting.catch(() => undefined);
  return {
    ...{ starting, serversReady, stopping },
    started: () => started.toSorted(),
    looks: () => looks,
    gatewayAnswers: () => {
      isUp = true;
    },
  };
}

describe('startPairs', () => {
  it('starts the gateway and the components at once, and nothing else before the gateway answers', async (context) => {
    const { started, looks, serversReady, stopping } = await start(context);
    serversReady.resolve();
    await waitFor('the third look at the gateway', () => looks() > 2);
    assert.deepEqual(started(), ['gateway', 'nodemailer']);
    stopping.abort();
  });

  it('starts the apps that need no server of their own while the servers start, and no sidecar', async (context) => {
    const { started, gatewayAnswers, stopping } = await start(context);
    gatewayAnswers();
    await waitFor('the notification service', () => started().includes('notification'));
    await nextTurn();
    assert.deepEqual(started(), ['converter', 'gateway', 'hand over', 'nodemailer', 'notification']);
    stopping.abort();
  });

  it('starts all the others when the servers are ready', async (context) => {
    const { started, starting, gatewayAnswers, serversReady } = await start(context);
    gatewayAnswers();
    serversReady.resolve();
    await starting;
    const all = [...NAMES, ...NAMES.map((name) => `${name}.daprd`), 'hand over', 'nodemailer'];
    assert.deepEqual([...new Set(started())], all.sort());
  });

  it('starts nothing more when the start is given up', async (context) => {
    const { started, starting, looks, gatewayAnswers, stopping } = await start(context);
    await waitFor('a look at the gateway', () => looks() > 0);
    stopping.abort();
    gatewayAnswers();
    await assert.rejects(starting, { name: 'AbortError' });
    assert.deepEqual(started(), ['gateway', 'nodemailer']);
  });

  it('ends with the error of a server, and does not wait for a gateway that does not answer', async (context) => {
    const { starting, serversReady, stopping } = await start(context);
    serversReady.reject(new Error('mysql ended while starting'));
    await assert.rejects(starting, /mysql ended while starting/);
    stopping.abort();
  });
});
