import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Child, startChild } from '../../process/child.ts';
import type { Ports } from '../../process/ports.ts';
import type { Tokens } from '../secrets.ts';
import type { AppInstance, AppSpec } from './dapr-yaml.ts';
import { tokenEnvironment, withoutSecrets } from './environment.ts';

/** What the sidecars of one system share. */
export interface SidecarContext {
  daprd: string;
  repoRoot: string;
  stateRoot: string;
  dataDir: string;
  /** Where pluggable components have their sockets; undefined where there are none. */
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

/** Everything listens on this machine only; nobody runs Dapr's placement and scheduler here. */
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
    // A later configuration is laid over the earlier ones.
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
  // Relative paths in component files start where daprd runs: `../../.data` is this system's own.
  const cwd = path.join(stateRoot, app.appDir);
  mkdirSync(cwd, { recursive: true });
  return startChild({
    name: `${app.name}.daprd`,
    command: context.daprd,
    args: sidecarArgs(app, ports, appPort, path.join(import.meta.dirname, '..', 'names.yaml')),
    cwd,
    env: {
      // Chunks pass through a small heap: collecting it less often gives a sixth more MiB/s, up to a bound.
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
