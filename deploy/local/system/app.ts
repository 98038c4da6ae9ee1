import path from 'node:path';
import { type Child, INHERITED_FD, startChild } from '../../process/child.ts';
import { readEnvFile } from '../write-secrets.ts';
import type { AppInstance } from './dapr-yaml.ts';
import { mergeEnvironment, tokenEnvironment } from './environment.ts';
import type { SidecarContext, SidecarPorts } from './sidecar.ts';

/**
 * Makes the path in `--env-file…=../../.data/…` absolute, starting at `cwd`. The app runs in the repository, but the state of
 * a test system is in another folder.
 */
export function resolveEnvFile(argument: string, cwd: string): string {
  const [, option, file] = /^(--env-file(?:-if-exists)?)=(.+)$/.exec(argument) ?? [];
  return option === undefined || file === undefined ? argument : `${option}=${path.resolve(cwd, file)}`;
}

export interface AppProcessOptions {
  ports: SidecarPorts;
  appPort: number;
  /** A socket that listens on `appPort`. Without it, the app listens by itself. */
  socket: number | undefined;
  /** Variables that win over all other sources. */
  env: Record<string, string>;
}

export function startAppProcess(
  context: SidecarContext,
  app: AppInstance,
  { ports, appPort, socket, env: extra }: AppProcessOptions,
): Promise<Child> {
  const { dataDir, repoRoot, stateRoot } = context;
  const [program = '', ...args] = app.command;
  const cwd = path.join(repoRoot, app.appDir);
  const env = {
    ...mergeEnvironment({ file: readEnvFile(stateRoot, app.appId), real: process.env, yaml: app.env, extra }),
    ...tokenEnvironment(context.tokens),
    APP_ID: app.appId,
    APP_PORT: String(appPort),
    ...(socket !== undefined && { APP_LISTEN_FD: String(INHERITED_FD) }),
    APP_PROTOCOL: app.appProtocol,
    DAPR_HTTP_PORT: String(ports.http),
    DAPR_GRPC_PORT: String(ports.grpc),
    DAPR_METRICS_PORT: String(ports.metrics),
    HOST: '127.0.0.1',
  };
  return startChild({
    name: app.name,
    command: program.includes('/') ? path.resolve(cwd, program) : program,
    args: args.map((argument) => resolveEnvFile(argument, path.join(stateRoot, app.appDir))),
    cwd,
    env,
    socket,
    logFile: path.join(dataDir, 'logs', `${app.name}.log`),
    dataDir,
    // Longer than the services' SHUTDOWN_SECONDS (20), in which they hand back unfinished conversions.
    graceMs: 25_000,
  });
}
