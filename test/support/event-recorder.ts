import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseAllDocuments, stringify } from 'yaml';
import { readDaprYaml } from '../../deploy/local/system/dapr-yaml.ts';
import { reserveSidecarPorts, startSidecarProcess } from '../../deploy/local/system/sidecar.ts';
import { ensureDaprd } from '../../deploy/local/tools/daprd.ts';
import { Ports } from '../../deploy/process/ports.ts';
import { answersHttp, waitUntilReady } from '../../deploy/process/wait-ready.ts';
import type { SystemUnderTest } from './systems-under-test.ts';

export interface Witnessed {
  topic: string;
  contentType: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what it is, is to be seen
  event: any;
}

export interface Witness extends AsyncDisposable {
  seen: Witnessed[];
}

const APP_ID = 'witness';
const repoRoot = resolve(import.meta.dirname, '../..');

/** One more subscriber of some topics, as anybody may add: an app of its own, beside a real sidecar on the system's broker. */
export async function startWitness(system: SystemUnderTest, topics: readonly string[]): Promise<Witness> {
  const seen: Witnessed[] = [];
  const subscriptions = topics.map((topic) => ({ pubsubname: 'pubsub', topic, route: `/seen/${topic}` }));
  const app = createServer(async (request, response) => {
    const body = await text(request);
    const [, topic] = /^\/seen\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (topic) seen.push({ topic, contentType: request.headers['content-type'], event: JSON.parse(body) });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/dapr/subscribe' ? subscriptions : {}));
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');

  const dataDir = join(system.stateRoot, '.data');
  const folder = mkdtempSync(join(dataDir, 'witness-'));
  const { signal } = new AbortController();
  const clean = () => {
    app.close();
    app.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const gateway = readDaprYaml(repoRoot, system.choice).find(({ appId }) => appId === 'gateway');
    if (!gateway) throw new Error('dapr.yaml names no app `gateway`.');
    openToAll(gateway.resources, folder);
    const ports = new Ports(dataDir);
    const { tokens, stateRoot } = system;
    const daprd = await ensureDaprd(repoRoot, () => undefined, signal);
    const own = await reserveSidecarPorts(ports, APP_ID);
    const spec = { ...gateway, appId: APP_ID, name: APP_ID, resources: [folder] };
    // It has no mail binding.
    const sockets = undefined;
    const context = { daprd, repoRoot, stateRoot, dataDir, sockets, ports, tokens };
    const sidecar = await startSidecarProcess(context, spec, own, (app.address() as AddressInfo).port);
    const stop = async () => {
      await sidecar.stop();
      clean();
    };
    const headers = { 'dapr-api-token': tokens.daprApi };
    const isReady = (attempt: AbortSignal) =>
      answersHttp(`http://127.0.0.1:${own.http}/v1.0/healthz`, attempt, headers);
    await waitUntilReady(sidecar, isReady, { timeoutMs: 60_000, signal }).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { seen, [Symbol.asyncDispose]: stop };
  } catch (error) {
    clean();
    throw error;
  }
}

/** Copies of the system's broker component, and of the secrets that it needs, without their list of apps. */
function openToAll(resources: readonly string[], folder: string): void {
  const files = resources.flatMap((from) =>
    globSync('*.yaml', { cwd: from }).map((name) => join(from, name)),
  );
  for (const [index, file] of files.entries()) {
    const [document] = parseAllDocuments(readFileSync(file, 'utf8'));
    const { scopes, ...component } = document?.toJS() ?? {};
    if (!/^(pubsub|secretstores)\./.test(component.spec?.type ?? '')) continue;
    writeFileSync(join(folder, `${index}.yaml`), stringify(component));
  }
}
