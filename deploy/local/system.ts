import { rmSync } from 'node:fs';
import path from 'node:path';
import { Ports } from '../process/ports.ts';
import type { Report } from '../process/run.ts';
import type { Supervised } from '../process/supervised.ts';
import { readEnvFile, type Tokens } from './secrets.ts';
import { type BareSidecar, startBareSidecar } from './system/bare-sidecar.ts';
import { typesOf } from './system/components.ts';
import { type AppSpec, replicated, resourcesOf } from './system/dapr-yaml.ts';
import { type Pair, preparePair, type RunningApp } from './system/pair.ts';
import { pluggableIn, preparePluggable, socketsFolder } from './system/pluggable.ts';
import { untilAllReady } from './system/readiness.ts';
import type { SidecarContext } from './system/sidecar.ts';

export interface SystemOptions {
  repoRoot: string;
  /** Its `.data` holds everything that this system writes. Default: the repository. */
  stateRoot?: string;
  daprd: string;
  /** As dapr.yaml has them, over the chosen infrastructure. */
  specs: readonly AppSpec[];
  /** Default: a free port, the same at every start. */
  gatewayPort?: number;
  /** For every app; wins over everything else. */
  env?: Record<string, string>;
  /** For one app, by its id, or for one instance, by its name; the latter wins over the former, and both over `env`. */
  appEnv?: Record<string, Record<string, string>>;
  /** Runs another program in the place of an app, by its id; a program and its arguments, started where the app is. */
  commands?: Partial<Record<AppId, readonly string[]>>;
  /** How many instances of an app run, by its id. Default 1. */
  replicas?: Partial<Record<AppId, number>>;
  report: Report;
  signal: AbortSignal;
}

export type AppId = 'gateway' | 'auth' | 'converter' | 'notification';

export interface System {
  readonly gatewayUrl: string;
  /** The first instance of each. */
  readonly apps: Record<AppId, RunningApp>;
  /** All of them, by name: `converter`, `converter-2`, … */
  readonly instances: Readonly<Record<string, RunningApp>>;
  readonly tokens: Tokens;
  readonly logsDir: string;
  /** A sidecar without an app, for whoever calls through Dapr, with the gateway's limits. Ready when it returns. */
  startSidecar(options: { appId: string }): Promise<BareSidecar>;
  /** Fulfils when every sidecar has its app and the gateway says that it is ready. */
  untilReady(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** As many as the broker hands out at once (prefetchCount). */
const MAILS_AT_ONCE = '4';

/** What depends on the infrastructure and is no matter of components: not every binding keeps mails apart that are sent at once. */
const environmentFor = ({ appId, resources }: AppSpec): Record<string, string> =>
  appId === 'notification' &&
  process.env.MAIL_CONCURRENCY === undefined &&
  typesOf(resources).has('bindings.nodemailer')
    ? { MAIL_CONCURRENCY: MAILS_AT_ONCE }
    : {};

/** Runs the apps of dapr.yaml, each beside its sidecar, until stop(). writeSecrets() comes before. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { repoRoot, stateRoot = repoRoot, report, signal } = options;
  const dataDir = path.join(stateRoot, '.data');
  const ports = new Ports(dataDir);
  const file = readEnvFile(stateRoot, 'tokens');
  const tokens = { daprApi: file.DAPR_API_TOKEN ?? '', appApi: file.APP_API_TOKEN ?? '' };
  if (tokens.daprApi === '' || tokens.appApi === '')
    throw new Error(`${dataDir}/env/tokens.env holds no tokens: run writeSecrets() first.`);
  const { daprd } = options;
  const specs = options.specs.map((spec) => {
    const command = options.commands?.[spec.appId as AppId];
    return command ? { ...spec, command: [...command] } : spec;
  });
  const pluggable = pluggableIn(resourcesOf(specs));
  const sockets = pluggable.length > 0 ? socketsFolder(dataDir) : undefined;
  const context: SidecarContext = { daprd, repoRoot, stateRoot, dataDir, sockets, ports, tokens };
  const gateway = specs.find((spec) => spec.appId === 'gateway');
  if (gateway === undefined) throw new Error('dapr.yaml names no app `gateway`.');
  // Addresses of an earlier run mean nothing now.
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(path.join(dataDir, `names.sqlite${suffix}`), { force: true });

  const components =
    sockets === undefined
      ? []
      : pluggable.map((folder) => preparePluggable({ folder, sockets, dataDir, report, signal }));
  const pairs: Pair[] = [];
  const bare = new Set<Supervised>();
  const stop = async (): Promise<void> => {
    // The app first: it finishes or hands back what it does through a sidecar that still answers.
    await Promise.all(
      pairs.map(async ({ app, sidecar }) => {
        await app.stop();
        await sidecar.stop();
      }),
    );
    await Promise.all([...bare, ...components].map((process) => process.stop()));
    if (sockets !== undefined) rmSync(sockets, { recursive: true, force: true });
  };
  try {
    const instances = specs.flatMap((spec) => replicated(spec, options.replicas?.[spec.appId as AppId] ?? 1));
    for (const spec of instances) {
      const appPort = spec.name === gateway.appId ? options.gatewayPort : undefined;
      const env = {
        ...environmentFor(spec),
        ...options.env,
        ...options.appEnv?.[spec.appId],
        ...options.appEnv?.[spec.name],
      };
      pairs.push(await preparePair(context, spec, { appPort, env, report }));
    }
    await Promise.all(components.map((component) => component.start()));
    await Promise.all(pairs.flatMap(({ app, sidecar }) => [app.start(), sidecar.start()]));
    await untilAllReady(pairs, { tokens, timeoutMs: 60_000, maxFalls: 3, report, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  const running = Object.fromEntries(pairs.map(({ spec, view }) => [spec.name, view]));
  const apps = running as System['apps'];
  return {
    gatewayUrl: `http://127.0.0.1:${apps.gateway.appPort}`,
    apps,
    instances: running,
    tokens,
    logsDir: path.join(dataDir, 'logs'),
    startSidecar: ({ appId }) => startBareSidecar(context, { ...gateway, appId }, { bare, report, signal }),
    untilReady: (timeoutMs = 60_000) => untilAllReady(pairs, { tokens, timeoutMs, report, signal }),
    stop,
  };
}
