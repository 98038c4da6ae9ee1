import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Child, startChild } from '../../process/child.ts';
import type { Ports } from '../../process/ports.ts';
import type { Tokens } from '../write-secrets.ts';
import type { AppInstance, AppSpec } from './dapr-yaml.ts';
import { tokenEnvironment, withoutSecrets } from './environment.ts';

/** What all sidecars of one system have in common. */
export interface SidecarContext {
  daprd: string;
  repoRoot: string;
  stateRoot: string;
  dataDir: string;
  /** The folder with the sockets of pluggable components; undefined if there are none. */
  sockets: string | undefined;
  ports: Ports;
  tokens: Tokens;
}

export interface SidecarPorts {
  http: number;
  grpc: number;
  internal: number;
  metrics: number;
}

export async function reserveSidecarPorts(ports: Ports, name: string): Promise<SidecarPorts> {
  return {
    http: await ports.reserve(`${name}.http`),
    grpc: await ports.reserve(`${name}.grpc`),
    internal: await ports.reserve(`${name}.internal`),
    metrics: await ports.reserve(`${name}.metrics`),
  };
}

/**
 * The arguments of daprd. It listens on this machine only, and uses neither placement nor scheduler service.
 * @param names the configuration file of the name resolution
 */
export function sidecarArgs(
  app: AppSpec,
  ports: SidecarPorts,
  appPort: number | undefined,
  names: string,
): string[] {
  return [
    '--app-id',
    app.appId,
    ...(appPort === undefined ? [] : ['--app-port', String(appPort)]),
    '--dapr-http-port',
    String(ports.http),
    '--dapr-grpc-port',
    String(ports.grpc),
    '--dapr-internal-grpc-port',
    String(ports.internal),
    '--metrics-port',
    String(ports.metrics),
    '--dapr-listen-addresses',
    '127.0.0.1',
    '--dapr-internal-grpc-listen-address',
    '127.0.0.1',
    '--metrics-listen-address',
    '127.0.0.1',
    ...app.daprdFlags.filter((flag) => !/^--(placement|scheduler)-host-address=/.test(flag)),
    '--placement-host-address=',
    '--scheduler-host-address=',
    '--dapr-graceful-shutdown-seconds',
    '10',
    '--log-as-json',
    // daprd merges the configurations; a later one wins.
    ...(app.config === undefined ? [] : ['--config', app.config]),
    '--config',
    names,
    ...app.resources.flatMap((folder) => ['--resources-path', folder]),
  ];
}

export function startSidecarProcess(
  context: SidecarContext,
  app: AppInstance,
  ports: SidecarPorts,
  appPort: number | undefined,
): Promise<Child> {
  const { dataDir, stateRoot } = context;
  // daprd resolves relative paths in component files from its working folder, so `../../.data` is this system's state.
  const cwd = path.join(stateRoot, app.appDir);
  mkdirSync(cwd, { recursive: true });
  return startChild({
    name: `${app.name}.daprd`,
    command: context.daprd,
    args: sidecarArgs(app, ports, appPort, path.join(import.meta.dirname, '..', 'name-resolution.yaml')),
    cwd,
    env: {
      // Fewer garbage collections let chunks pass a sixth faster (MiB/s). GOMEMLIMIT bounds the memory that this costs.
      GOGC: '400',
      GOMEMLIMIT: '400MiB',
      ...withoutSecrets(process.env),
      ...tokenEnvironment(context.tokens),
      DAPR_HOST_IP: '127.0.0.1',
      ...(context.sockets !== undefined && { DAPR_COMPONENTS_SOCKETS_FOLDER: context.sockets }),
    },
    logFile: path.join(dataDir, 'logs', `${app.name}.daprd.log`),
    dataDir,
    graceMs: 15_000,
  });
}
