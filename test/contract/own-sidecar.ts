import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  reserveSidecarPorts,
  type SidecarContext,
  startSidecarProcess,
} from '../../deploy/local/system/sidecar.ts';
import { ensureDaprd } from '../../deploy/local/tools/daprd.ts';
import type { Child } from '../../deploy/process/child.ts';
import { Ports } from '../../deploy/process/ports.ts';
import { answersHttp, waitUntilReady } from '../../deploy/process/wait-ready.ts';

const repoRoot = resolve(import.meta.dirname, '../..');
const { signal } = new AbortController();

/** The sidecar of a gateway over a sqlite store, for tests that kill or freeze it. */
export interface OwnSidecar {
  /** Where to connect to it. */
  address: { host: string; port: number; grpcPort: number; apiToken: string };
  child(): Child;
  /** Starts it again on the same ports, once it has ended. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnSidecar(): Promise<OwnSidecar> {
  // The next test run finds here the processes that a killed run has left.
  const stateRoot = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'store-'));
  const dataDir = join(stateRoot, '.data');
  mkdirSync(dataDir);
  const secrets = { mp3converter: { 'sqlite-path': '../../.data/store.sqlite' } };
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  const tokens = { daprApi: 'the right token', appApi: 'another' };
  const context: SidecarContext = {
    ...{ daprd: await ensureDaprd(repoRoot, console.error, signal), repoRoot, stateRoot, dataDir, tokens },
    ...{ sockets: undefined, ports: new Ports(dataDir) },
  };
  const app = {
    ...{ name: 'gateway', appId: 'gateway', appDir: 'services/gateway', appPort: undefined },
    ...{ appProtocol: 'http', command: [], env: {}, daprdFlags: [], config: undefined },
    resources: ['blobs/sqlite', 'secrets/local'].map((folder) => join(repoRoot, 'components', folder)),
  };
  const ports = await reserveSidecarPorts(context.ports, app.name);
  let child: Child | undefined;
  const stop = async () => {
    await child?.stop();
    rmSync(stateRoot, { recursive: true, force: true });
  };
  const restart = async () => {
    child = await startSidecarProcess(context, app, ports, undefined);
    const headers = { 'dapr-api-token': tokens.daprApi };
    const url = `http://127.0.0.1:${ports.http}/v1.0/healthz/outbound`;
    const isReady = (attempt: AbortSignal) => answersHttp(url, attempt, headers);
    await waitUntilReady(child, isReady, { timeoutMs: 60_000, signal });
  };
  await restart().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    address: { host: '127.0.0.1', port: ports.http, grpcPort: ports.grpc, apiToken: tokens.daprApi },
    child: () => child as Child,
    restart,
    stop,
  };
}
