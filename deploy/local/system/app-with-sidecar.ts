import path from 'node:path';
import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { startAppProcess } from './app.ts';
import type { AppInstance } from './dapr-yaml.ts';
import { reserveSidecarPorts, type SidecarContext, startSidecarProcess } from './sidecar.ts';

/** What callers of launch() see of an app. */
export interface RunningApp {
  readonly appPort: number;
  readonly daprHttpPort: number;
  readonly daprGrpcPort: number;
  readonly daprMetricsPort: number;
  /** Undefined while the app is down. */
  readonly appPid: number | undefined;
  /** Undefined while the sidecar is down. */
  readonly sidecarPid: number | undefined;
  readonly logFile: string;
}

/** An app and its sidecar. */
export interface AppWithSidecar {
  spec: AppInstance;
  app: Supervised;
  sidecar: Supervised;
  view: RunningApp;
}

export interface AppWithSidecarOptions {
  /**
   * What listens on the app's port until the app does, which inherits its socket. Later starts of the app listen by
   * themselves. Undefined for a free port, which stays the same from start to start.
   */
  listener: { readonly port: number; readonly socket: number | undefined } | undefined;
  env: Record<string, string>;
  report: Report;
}

/** Reserves the ports of an app and its sidecar. Starts nothing. */
export async function prepareAppWithSidecar(
  context: SidecarContext,
  spec: AppInstance,
  options: AppWithSidecarOptions,
): Promise<AppWithSidecar> {
  const { ports } = context;
  const { listener, env, report } = options;
  const portName = `${spec.name}.app`;
  const appPort = listener?.port ?? (await ports.reserve(portName));
  const own = await reserveSidecarPorts(ports, spec.name);
  const app = new Supervised({
    name: spec.name,
    report,
    launch: () => startAppProcess(context, spec, { ports: own, appPort, socket: listener?.socket, env }),
  });
  const sidecar = new Supervised({
    name: `${spec.name}.daprd`,
    report,
    launch: () => startSidecarProcess(context, spec, own, appPort),
  });
  const view: RunningApp = {
    appPort,
    daprHttpPort: own.http,
    daprGrpcPort: own.grpc,
    daprMetricsPort: own.metrics,
    get appPid() {
      return app.pid;
    },
    get sidecarPid() {
      return sidecar.pid;
    },
    logFile: path.join(context.dataDir, 'logs', `${spec.name}.log`),
  };
  return { spec, app, sidecar, view };
}
