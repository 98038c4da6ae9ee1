import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startServers } from '../../../../../deploy/local/servers/servers.ts';
import type { Servers } from '../../../../../deploy/local/servers/types.ts';
import { readDaprYaml } from '../../../../../deploy/local/system/dapr-yaml.ts';
import { reserveSidecarPorts, startSidecarProcess } from '../../../../../deploy/local/system/sidecar.ts';
import { ensureTools } from '../../../../../deploy/local/tools/tools.ts';
import type { Child } from '../../../../../deploy/process/child.ts';
import { Ports } from '../../../../../deploy/process/ports.ts';
import { answersHttp, waitUntilReady } from '../../../../../deploy/process/wait-ready.ts';
import { createConverterApp } from '../../../../../services/converter/app.ts';
import { createSignedInvoke } from '../../../../../services/shared/contract/caller-token.ts';
import type { VideoEvent } from '../../../../../services/shared/contract/events.ts';
import { signMessage } from '../../../../../services/shared/contract/signed-message.ts';
import { connectSidecar, type Sidecar } from '../../../../../services/shared/dapr/sidecar.ts';
import { createMetrics } from '../../../../../services/shared/http/metrics.ts';
import { eventSecrets, noProbes, subscriberOptions } from '../../../../support/deliver-event.ts';
import { HOSTILE_STRINGS } from '../../../../support/hostile-strings.ts';
import { isLoopback, listeningSockets } from '../../../../support/listening-sockets.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { waitFor } from '../../../../support/wait.ts';
import { APP_TOKEN, type RunningSidecar, runSidecar } from '../servers/run-sidecar.ts';

const repoRoot = path.resolve(import.meta.dirname, '../../../../..');
const signal = AbortSignal.timeout(5 * 60_000);
const needed = new Set(['redis', 'mysql'] as const);
const choice = { pubsub: 'redis', blobs: 'redis' };

const newEvent = (trace_id = '0af7651916cd43dd8448eb211c80319c'): VideoEvent => ({
  job_id: randomUUID(),
  trace_id,
});

describe('the internal port of a sidecar', { timeout: 5 * 60_000 }, () => {
  let servers: Servers;
  let converter: RunningSidecar;
  let neighbour: { child: Child; sidecar: Sidecar };
  const handled: VideoEvent[] = [];
  const metrics = createMetrics('converter');
  // Hooks run in the order in which they are declared.
  after(async () => {
    await neighbour?.sidecar.close();
    await neighbour?.child.stop();
    await converter?.[Symbol.asyncDispose]();
    await servers?.stop();
  });
  const stateRoot = temporaryFolder({ after });
  const dataDir = path.join(stateRoot, '.data');

  before(async () => {
    const tools = await ensureTools({ repoRoot, needed, report: console.log, signal });
    servers = await startServers({ repoRoot, dataDir, needed, tools, report: console.log, signal });
    const app = createConverterApp({
      ...subscriberOptions(),
      metrics,
      apiToken: APP_TOKEN,
      convert: async (event) => void handled.push(event),
      probe: noProbes,
      callerSecrets: eventSecrets,
    });
    converter = await runSidecar({ repoRoot, stateRoot, choice, servers, tools, app: app.callback() });
    neighbour = await startNeighbour(tools.daprd);
  });

  /** Starts a sidecar that belongs to nobody, and that knows no token of the converter's app. */
  async function startNeighbour(daprd: string) {
    const spec = readDaprYaml(repoRoot, choice).find(({ appId }) => appId === 'gateway') ?? assert.fail();
    const name = 'neighbour';
    const daprdFlags = spec.daprdFlags.filter((flag) => !flag.startsWith('--enable-app-health-check'));
    const ports = new Ports(dataDir);
    const own = await reserveSidecarPorts(ports, name);
    const tokens = { daprApi: 'token-of-the-neighbour', appApi: 'another-token' };
    const child = await startSidecarProcess(
      { daprd, repoRoot, stateRoot, dataDir, sockets: undefined, ports, tokens },
      { ...spec, appId: name, name, daprdFlags },
      own,
      undefined,
    );
    const headers = { 'dapr-api-token': tokens.daprApi };
    const isReady = (attempt: AbortSignal) =>
      answersHttp(`http://127.0.0.1:${own.http}/v1.0/healthz`, attempt, headers);
    await waitUntilReady(child, isReady, { timeoutMs: 60_000, signal });
    return {
      child,
      sidecar: connectSidecar({ host: '127.0.0.1', port: own.http, apiToken: tokens.daprApi }),
    };
  }

  async function deliver(data: unknown): Promise<string> {
    const reply = await neighbour.sidecar.invoke('converter', {
      method: 'POST',
      path: '/events/video',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'gateway', type: 'x', data }),
    });
    // The converter refuses everybody but its sidecar with 403. So the sidecar has added the token of its app.
    assert.equal(reply.status, 200, reply.body);
    return JSON.parse(reply.body).status;
  }

  const dropped = async (): Promise<number> => {
    const text = await metrics.registry.metrics();
    return Number(/^events_dropped_total\{.*reason="signature".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  it('passes forged events of a neighbour on, and the service drops them', async () => {
    const event = newEvent();
    const genuine = signMessage('video', event, eventSecrets);
    const forged: unknown[] = [
      event,
      { ...event, signature: genuine.signature },
      { ...genuine, payload: `${genuine.payload} ` },
      signMessage('video', event, ['the secret of another system, for a test']),
      signMessage('mp3', event, eventSecrets),
    ];
    const before = await dropped();
    for (const data of forged) assert.equal(await deliver(data), 'DROP');
    assert.equal(await dropped(), before + forged.length);
    assert.deepEqual(handled, []);
    assert.equal(await deliver(genuine), 'SUCCESS');
    assert.deepEqual(handled.splice(0), [event]);
  });

  it('passes calls of a neighbour on, and the service refuses those without the token of a caller', async () => {
    const probe = { method: 'POST', path: '/probe', body: 'x' } as const;
    const unsigned = await neighbour.sidecar.invoke('converter', probe);
    assert.equal(unsigned.status, 403);
    assert.match(unsigned.body, /only a service of this system/);
    const other = createSignedInvoke(neighbour.sidecar.invoke, ['the secret of another system, for a test']);
    assert.equal((await other('converter', probe)).status, 403);
    // The header reaches the app through both sidecars. The body is not a probe.
    const signed = createSignedInvoke(neighbour.sidecar.invoke, eventSecrets);
    assert.equal((await signed('converter', probe)).status, 400);
  });

  it('is not the only way in: an event of the broker without a signature is dropped once', async () => {
    const before = await dropped();
    await converter.sidecar.publish('video', newEvent());
    await waitFor('the converter to drop it', async () => (await dropped()) === before + 1);
    await converter.sidecar.publish('video', signMessage('video', newEvent(), eventSecrets));
    await waitFor('the next event', () => handled.length === 1);
    assert.equal(await dropped(), before + 1);
    handled.splice(0);
  });

  it('and the broker let hostile texts through byte for byte', async () => {
    const events = Object.values(HOSTILE_STRINGS).map(newEvent);
    for (const event of events)
      await converter.sidecar.publish('video', signMessage('video', event, eventSecrets));
    await waitFor('all events', () => handled.length === events.length);
    const byId = (one: VideoEvent, other: VideoEvent) => (one.job_id < other.job_id ? -1 : 1);
    assert.deepEqual(handled.splice(0).toSorted(byId), events.toSorted(byId));
  });

  it('is open to this machine alone, as every other port of the sidecar', {
    skip: process.platform !== 'linux',
  }, () => {
    const sockets = listeningSockets([neighbour.child.pid]);
    assert.ok(sockets.length >= 4, JSON.stringify(sockets));
    assert.deepEqual(
      sockets.filter(({ address }) => !isLoopback(address)),
      [],
    );
  });
});
