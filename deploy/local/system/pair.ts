import path from 'node:path';
import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { startAppProcess } from './app.ts';
import type { AppInstance } from './dapr-yaml.ts';
import { reserveSidecarPorts, type SidecarContext, startSidecarProcess } from './sidecar.ts';

export interface RunningApp {
  readonly appPort: number;
  readonly daprHttpPort: number;
  readonly daprGrpcPort: number;
  /** Undefined while it is down. */
  readonly appPid: number | undefined;
  readonly sidecarPid: number | undefined;
  readonly logFile: string;
  /** Politely, and up again at once; does not wait for health. */
  restart(): Promise<void>;
  restartSidecar(): Promise<void>;
}

/** An app and its sidecar. */
export interface Pair {
  spec: AppInstance;
  app: Supervised;
  sidecar: Supervised;
  view: RunningApp;
}

export interface PairOptions {
  /** Default: a free one, the same at every start. */
  appPort: number | undefined;
  env: Record<string, string>;
  report: Report;
}

/** Reserves their ports; nothing runs yet. */
export async function preparePair(
  context: SidecarContext,
  spec: AppInstance,
  options: PairOptions,
): Promise<Pair> {
  const { ports } = context;
  const { appPort: chosen, env, report } = options;
  const portName = `${spec.name}.app`;
  const appPort =
    chosen === undefined
      ? await ports.reserve(portName)
      : await ports.claim(portName, chosen, 'GATEWAY_PORT');
  const own = await reserveSidecarPorts(ports, spec.name);
  const app = new Supervised({
    name: spec.name,
    report,
    launch: () => startAppProcess(context, spec, own, appPort, env),
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
    get appPid() {
      return app.pid;
    },
    get sidecarPid() {
      return sidecar.pid;
    },
    logFile: path.join(context.dataDir, 'logs', `${spec.name}.log`),
    restart: () => app.restart(),
    restartSidecar: () => sidecar.restart(),
  };
  return { spec, app, sidecar, view };
}
