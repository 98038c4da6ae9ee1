import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { secretsOfServers } from '../../../../../deploy/local/servers/secret-keys.ts';
import type { Servers } from '../../../../../deploy/local/servers/types.ts';
import type { Choice } from '../../../../../deploy/local/system/components.ts';
import { readDaprYaml } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { reserveSidecarPorts, startSidecarProcess } from '../../../../../deploy/local/system/sidecar.ts';
import type { Tools } from '../../../../../deploy/local/tools/tools.ts';
import { Ports } from '../../../../../deploy/process/ports.ts';
import { answersHttp, waitUntilReady } from '../../../../../deploy/process/wait-ready.ts';
import { connectSidecar, type Sidecar } from '../../../../../services/shared/dapr/sidecar.ts';
import { writePrivate } from '../../../../../services/shared/runtime/private-files.ts';

export interface RunningSidecar extends AsyncDisposable {
  sidecar: Sidecar;
  /** The URL of its API, which needs `apiToken`. */
  url: string;
  apiToken: string;
  /** The job ids of the events that the broker has delivered. */
  delivered: string[];
}

export interface SidecarOptions {
  repoRoot: string;
  stateRoot: string;
  choice: Choice;
  servers: Servers;
  tools: Pick<Tools, 'daprd'>;
  /** Default: an app that takes every event, and has no other routes. */
  app?: RequestListener;
}

/** The token that a sidecar shows to the app beside it. */
export const APP_TOKEN = 'token-of-the-app';

/** Runs the sidecar of the converter with the files of components/, beside an app. */
export async function runSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { repoRoot, stateRoot, choice, servers, tools } = options;
  await using starting = new AsyncDisposableStack();
  const dataDir = path.join(stateRoot, '.data');
  const mail = { smtpHost: 'localhost', smtpPort: 25, smtpUser: '', smtpPassword: '' };
  const secrets = secretsOfServers({ ...servers, mail: { ...mail, webUrl: undefined, pid: undefined } });
  const all = { ...secrets, 'sqlite-path': '../../.data/store.sqlite' };
  writePrivate(path.join(dataDir, 'secrets.json'), JSON.stringify({ mp3converter: all }));
  const delivered: string[] = [];
  const app = createServer(options.app ?? takeEverything(delivered)).listen(0, '127.0.0.1');
  starting.defer(() => {
    app.close();
    app.closeAllConnections();
  });
  await once(app, 'listening');
  const spec = readDaprYaml(repoRoot, choice).find(({ appId }) => appId === 'converter');
  if (spec === undefined) throw new Error('dapr.yaml names no app `converter`.');
  const ports = new Ports(dataDir);
  const tokens = { daprApi: 'token-of-the-api', appApi: APP_TOKEN };
  const context = { daprd: tools.daprd, repoRoot, stateRoot, dataDir, sockets: undefined, ports, tokens };
  const own = await reserveSidecarPorts(ports, 'converter');
  const { port: appPort } = app.address() as AddressInfo;
  const child = await startSidecarProcess(context, { ...spec, name: 'converter' }, own, appPort);
  starting.defer(() => child.stop());
  const url = `http://127.0.0.1:${own.http}`;
  const headers = { 'dapr-api-token': tokens.daprApi };
  const isReady = (attempt: AbortSignal) => answersHttp(`${url}/v1.0/healthz`, attempt, headers);
  await waitUntilReady(child, isReady, { timeoutMs: 60_000, signal: AbortSignal.timeout(60_000) });
  const sidecar = connectSidecar({ host: '127.0.0.1', port: own.http, apiToken: tokens.daprApi });
  starting.defer(() => sidecar.close());
  const started = starting.move();
  return {
    sidecar,
    url,
    apiToken: tokens.daprApi,
    delivered,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

const takeEverything =
  (delivered: string[]): RequestListener =>
  async (request, response) => {
    if (request.method === 'POST') {
      const event = (await json(request)) as { data: { job_id: string } };
      delivered.push(event.data.job_id);
    }
    // As the services do: subscriptions are files, and there are no other routes.
    else if (request.url !== '/healthz') response.statusCode = 404;
    response.setHeader('content-type', 'application/json').end('{}');
  };
