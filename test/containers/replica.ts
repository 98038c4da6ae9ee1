import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { StartedTestContainer } from 'testcontainers';
import type { Service } from '../../deploy/docker/image-names.ts';
import { readIfThere } from '../../services/shared/runtime/private-files.ts';
import { LOG_MESSAGES } from '../support/log-messages.ts';
import type { ServiceSpec } from './compose-file.ts';
import { disconnect, healthOf, startContainer, stopContainer, waitUntilReady } from './container.ts';
import { addressesOf, addressOf } from './networks.ts';
import type { RunContext } from './run-context.ts';

/** Short times, so that what usually takes minutes happens within seconds. */
const ENV: Record<Service, Record<string, string>> = {
  auth: {},
  gateway: { SWEEP_SECONDS: '2', STALL_SECONDS: '12' },
  converter: { LEASE_SECONDS: '6', CONCURRENCY: '1' },
  notification: { MAIL_STALL_SECONDS: '5' },
};

/** One instance of a service: the service, its sidecar, and the container whose network they share. */
export interface Replica {
  readonly service: Service;
  readonly name: string;
  /** Where users reach a gateway. Empty for the other services. */
  readonly url: string;
  /** The health status by Docker, which runs the image's own check. */
  health(): Promise<string | undefined>;
  /** Whether, by its log, a conversion has begun and not ended. */
  isConverting(): boolean;
  /** The addresses of its pod, by the names of networks in compose.yaml. */
  addresses(): Promise<Map<string, string>>;
  /** Runs a command in the container of the service. Returns its standard output. */
  exec(command: string[]): Promise<string>;
  /** Disconnects it from its networks, like a cut cable. Returns a function that connects it again. */
  disconnect(): Promise<() => Promise<void>>;
  /** Stops it gracefully, the service before its sidecar. */
  stop(): Promise<void>;
}

/** A container that is part of a replica, with its description for stopping it. */
interface Part {
  container: StartedTestContainer;
  spec: ServiceSpec;
}

/** Starts an instance, and waits until it is ready. */
export async function startReplica(context: RunContext, service: Service, name: string): Promise<Replica> {
  const { specOf, networksOf, networkOf, logsDir } = context;
  const alias = `${service}-pod`;
  const networks = networksOf(alias);
  const podOptions = { name: `${name}.pod`, spec: specOf(alias), networks, alias };
  const pod = await startContainer({ ...podOptions, readyWhen: 'started' }, context);
  const { app, others } = await startParts({ context, service, name, pod });
  await waitUntilReady(app.container, name);
  return {
    service,
    name,
    url: service === 'gateway' ? `http://${await addressOf(pod, networkOf('front'), 8080)}` : '',
    health: () => healthOf(app.container),
    isConverting() {
      const log = readIfThere(path.join(logsDir, `${name}.log`)) ?? '';
      return (
        log.lastIndexOf(`"${LOG_MESSAGES.conversionStarted}"`) > log.lastIndexOf(`"${LOG_MESSAGES.mp3Made}"`)
      );
    },
    addresses: () => addressesOf(pod, context),
    async exec(command) {
      const { exitCode, stdout, stderr } = await app.container.exec(command);
      if (exitCode !== 0) throw new Error(`${name}: exit code ${exitCode}. ${stderr}`);
      return stdout;
    },
    disconnect: () => disconnect(pod, networks, alias),
    async stop() {
      for (const { container, spec } of [app, ...others, { container: pod, spec: specOf(alias) }])
        await stopContainer(container, spec);
    },
  };
}

interface PartOptions {
  context: RunContext;
  service: Service;
  name: string;
  pod: StartedTestContainer;
}

/** Starts the service and its sidecar in the pod's network and, for notification, the mailer before them. */
async function startParts(options: PartOptions): Promise<{ app: Part; others: Part[] }> {
  const { context, service, name, pod } = options;
  const { specOf } = context;
  const networks = [`container:${pod.getId()}`];
  const sockets = createSocketsFolder(context, name);
  const startPart = async (suffix: string, spec: ServiceSpec, env: Record<string, string> = {}) => ({
    container: await startContainer(
      { name: `${name}${suffix}`, spec, networks, env, readyWhen: 'started' },
      context,
    ),
    spec,
  });
  const mailers: Part[] = [];
  if (service === 'notification') {
    const spec = withSockets(specOf('notification-mailer'), sockets);
    const container = await startContainer({ name: `${name}.mailer`, spec, networks }, context);
    mailers.push({ container, spec });
  }
  const [sidecar, app] = await Promise.all([
    startPart('.daprd', withSockets(specOf(`${service}-sidecar`), sockets)),
    startPart('', specOf(service), ENV[service]),
  ]);
  return { app, others: [sidecar, ...mailers] };
}

/** The volume `sockets` of compose.yaml: the folder where a sidecar finds its pluggable components. */
function createSocketsFolder({ stateDir, secrets }: RunContext, name: string): string {
  const folder = path.join(stateDir, 'sockets', name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, ...secrets.sidecar);
  return folder;
}

const withSockets = (spec: ServiceSpec, folder: string): ServiceSpec => ({
  ...spec,
  volumes: [...spec.volumes, `${folder}:/tmp/dapr-components-sockets`],
});
