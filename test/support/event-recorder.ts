import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
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

export interface RecordedEvent {
  topic: string;
  contentType: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the tests check what it is
  event: any;
}

export interface EventRecorder extends AsyncDisposable {
  seen: RecordedEvent[];
}

const APP_ID = 'event-recorder';
const repoRoot = resolve(import.meta.dirname, '../..');

/**
 * Starts one more subscriber of some topics, which records what it receives. It is an app of its own with a real sidecar, on the
 * broker of the system.
 */
export async function startEventRecorder(
  system: SystemUnderTest,
  topics: readonly string[],
): Promise<EventRecorder> {
  await using starting = new AsyncDisposableStack();
  const seen: RecordedEvent[] = [];
  const app = createRecorderApp(topics, seen).listen(0, '127.0.0.1');
  starting.defer(() => {
    app.close();
    app.closeAllConnections();
  });
  await once(app, 'listening');
  const folder = mkdtempSync(join(system.stateRoot, '.data', 'event-recorder-'));
  starting.defer(() => rmSync(folder, { recursive: true, force: true }));
  await startSidecar({ system, folder, appPort: (app.address() as AddressInfo).port }, starting);
  const started = starting.move();
  return { seen, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** An app that subscribes to the topics and adds what it receives to `seen`. */
function createRecorderApp(topics: readonly string[], seen: RecordedEvent[]): Server {
  const subscriptions = topics.map((topic) => ({ pubsubname: 'pubsub', topic, route: `/seen/${topic}` }));
  return createServer(async (request, response) => {
    const body = await text(request);
    const [, topic] = /^\/seen\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (topic) seen.push({ topic, contentType: request.headers['content-type'], event: JSON.parse(body) });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/dapr/subscribe' ? subscriptions : {}));
  });
}

interface SidecarOptions {
  system: SystemUnderTest;
  /** An empty folder for the sidecar's components. */
  folder: string;
  appPort: number;
}

/** Starts a sidecar, and waits until it is ready. Its end is added to `cleanup`. */
async function startSidecar(
  { system, folder, appPort }: SidecarOptions,
  cleanup: AsyncDisposableStack,
): Promise<void> {
  const { tokens, stateRoot, choice } = system;
  const dataDir = join(stateRoot, '.data');
  const { signal } = new AbortController();
  const gateway = readDaprYaml(repoRoot, choice).find(({ appId }) => appId === 'gateway');
  if (!gateway) throw new Error('dapr.yaml names no app `gateway`.');
  copyWithoutScopes(gateway.resources, folder);
  const ports = new Ports(dataDir);
  const daprd = await ensureDaprd(repoRoot, () => undefined, signal);
  const own = await reserveSidecarPorts(ports, APP_ID);
  const spec = { ...gateway, appId: APP_ID, name: APP_ID, resources: [folder] };
  const context = { daprd, repoRoot, stateRoot, dataDir, sockets: undefined, ports, tokens };
  const sidecar = await startSidecarProcess(context, spec, own, appPort);
  cleanup.defer(() => sidecar.stop());
  const headers = { 'dapr-api-token': tokens.daprApi };
  const isReady = (attempt: AbortSignal) =>
    answersHttp(`http://127.0.0.1:${own.http}/v1.0/healthz`, attempt, headers);
  await waitUntilReady(sidecar, isReady, { timeoutMs: 60_000, signal });
}

/** Copies the system's components for broker and secrets to a folder, without the `scopes` that exclude other apps. */
function copyWithoutScopes(resources: readonly string[], folder: string): void {
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
