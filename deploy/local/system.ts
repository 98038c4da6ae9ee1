import { rmSync } from 'node:fs';
import path from 'node:path';
import { Ports } from '../process/ports.ts';
import type { Report } from '../process/run.ts';
import type { Supervised } from '../process/supervised.ts';
import { type AppWithSidecar, prepareAppWithSidecar, type RunningApp } from './system/app-with-sidecar.ts';
import { type BareSidecar, startBareSidecar } from './system/bare-sidecar.ts';
import { typesOf } from './system/components.ts';
import { type AppInstance, type AppSpec, replicate, resourcesOf } from './system/dapr-yaml.ts';
import { indexExpiry } from './system/index-expiry.ts';
import { pluggableIn, preparePluggable, socketsFolder } from './system/pluggable.ts';
import { waitUntilAllReady } from './system/readiness.ts';
import { restartOnSave } from './system/restart-on-save.ts';
import type { SidecarContext } from './system/sidecar.ts';
import { startPairs } from './system/start-pairs.ts';
import type { WaitingPage } from './waiting-page/waiting-page.ts';
import { readEnvFile, type Tokens } from './write-secrets.ts';

export interface SystemOptions {
  repoRoot: string;
  /** The folder whose `.data` holds everything that this system writes. Default: the repository. */
  stateRoot?: string;
  daprd: string;
  /** The apps of dapr.yaml, with the chosen infrastructure. */
  specs: readonly AppSpec[];
  /** Serves the gateway's port until the gateway does, which inherits its socket: so no connection is refused meanwhile. */
  waitingPage: Pick<WaitingPage, 'port' | 'socket' | 'handOver'>;
  /** Resolves when the servers accept work. */
  serversReady: Promise<void>;
  /** Environment variables for every app. They win over all other sources. */
  env?: Record<string, string>;
  /** Variables for one app, by its id, or for one instance, by its name. An instance's win over its app's, and those over `env`. */
  appEnv?: Record<string, Record<string, string>>;
  /**
   * Other programs to run in place of apps, by app id: a program and its arguments, started in the app's folder. None can
   * replace the gateway, which has to listen on the socket that it inherits.
   */
  commands?: Partial<Record<Exclude<AppId, 'gateway'>, readonly string[]>>;
  /** How many instances of an app run, by app id. Default 1. */
  replicas?: Partial<Record<AppId, number>>;
  report: Report;
  signal: AbortSignal;
}

type AppId = 'gateway' | 'auth' | 'converter' | 'notification';

export interface System {
  readonly gatewayUrl: string;
  /** The first instance of each app. */
  readonly apps: Record<AppId, RunningApp>;
  /** All instances, by name: `converter`, `converter-2`, … */
  readonly instances: Readonly<Record<string, RunningApp>>;
  readonly tokens: Tokens;
  readonly logsDir: string;
  /** Starts a sidecar without an app, for callers that use Dapr. It has the gateway's limits. Resolves when it is ready. */
  startSidecar(options: { appId: string }): Promise<BareSidecar>;
  /** From now on, restarts an app when one of its files is saved, until the signal of the options is aborted. */
  restartOnSave(): void;
  stop(): Promise<void>;
}

/** How many mails notification sends at once: as many as the broker delivers at once (prefetchCount). */
const MAIL_CONCURRENCY = '4';

/** Runs the apps of dapr.yaml, each beside its sidecar, until stop(). Needs the files of writeSecrets(). */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { repoRoot, stateRoot = repoRoot, daprd, report, signal } = options;
  const dataDir = path.join(stateRoot, '.data');
  const tokens = readTokens(stateRoot);
  const gateway = options.specs.find((spec) => spec.appId === 'gateway');
  if (gateway === undefined) throw new Error('dapr.yaml contains no app `gateway`.');
  const pluggable = pluggableIn(resourcesOf(options.specs));
  const sockets = pluggable.length > 0 ? socketsFolder(dataDir) : undefined;
  const ports = new Ports(dataDir);
  const context: SidecarContext = { daprd, repoRoot, stateRoot, dataDir, sockets, ports, tokens };
  deleteNames(dataDir);
  // Once before the sidecars write to the store, and once after they have created it.
  indexExpiry(dataDir);
  const components =
    sockets === undefined
      ? []
      : pluggable.map((folder) => preparePluggable({ folder, sockets, dataDir, report, signal }));
  const pairs: AppWithSidecar[] = [];
  const bare = new Set<Supervised>();
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(pairs.map(stopPair));
    await Promise.all([...bare, ...components].map((process) => process.stop()));
    if (sockets !== undefined) rmSync(sockets, { recursive: true, force: true });
  };
  try {
    for (const instance of instancesOf(options)) {
      const env = environmentOf(instance, options);
      const listener = instance.name === gateway.appId ? options.waitingPage : undefined;
      pairs.push(await prepareAppWithSidecar(context, instance, { listener, env, report }));
    }
    const { serversReady, waitingPage } = options;
    const eitherSignal = AbortSignal.any([signal, stopping.signal]);
    await startPairs(pairs, { components, serversReady, waitingPage, report, signal: eitherSignal });
    await waitUntilAllReady(pairs, { tokens, report, signal });
    indexExpiry(dataDir);
  } catch (error) {
    await stop();
    throw error;
  }
  const instances = Object.fromEntries(pairs.map(({ spec, view }) => [spec.name, view]));
  const apps = instances as System['apps'];
  return {
    gatewayUrl: `http://127.0.0.1:${apps.gateway.appPort}`,
    apps,
    instances,
    tokens,
    logsDir: path.join(dataDir, 'logs'),
    startSidecar: ({ appId }) => startBareSidecar(context, { ...gateway, appId }, { bare, report, signal }),
    restartOnSave() {
      const services = pairs.map(({ spec, app, view }) => ({
        ...{ name: spec.name, folder: path.join(repoRoot, spec.appDir), app, appPort: view.appPort },
      }));
      restartOnSave(services, { servicesDir: path.join(repoRoot, 'services'), report, signal });
    },
    stop,
  };
}

function readTokens(stateRoot: string): Tokens {
  const file = readEnvFile(stateRoot, 'tokens');
  const tokens = { daprApi: file.DAPR_API_TOKEN ?? '', appApi: file.APP_API_TOKEN ?? '' };
  if (tokens.daprApi === '' || tokens.appApi === '')
    throw new Error(`${stateRoot}/.data/env/tokens.env contains no tokens: call writeSecrets() first.`);
  return tokens;
}

/** Deletes the database of the name resolution, which contains the addresses of an earlier run. */
function deleteNames(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(path.join(dataDir, `names.sqlite${suffix}`), { force: true });
}

function instancesOf({ specs, commands, replicas }: SystemOptions): AppInstance[] {
  return specs.flatMap((spec) => {
    const command = commands?.[spec.appId as keyof typeof commands];
    return replicate(
      command ? { ...spec, command: [...command] } : spec,
      replicas?.[spec.appId as AppId] ?? 1,
    );
  });
}

function environmentOf(instance: AppInstance, { env, appEnv }: SystemOptions): Record<string, string> {
  return { ...mailConcurrency(instance), ...env, ...appEnv?.[instance.appId], ...appEnv?.[instance.name] };
}

/** Not every mail binding keeps mails apart that are sent at the same time (components/README.md). Ours does. */
const mailConcurrency = ({ appId, resources }: AppSpec): Record<string, string> =>
  appId === 'notification' &&
  process.env.MAIL_CONCURRENCY === undefined &&
  typesOf(resources).has('bindings.nodemailer')
    ? { MAIL_CONCURRENCY }
    : {};

/** Stops the app first: it finishes or hands back its work through a sidecar that must still answer. */
async function stopPair({ app, sidecar }: AppWithSidecar): Promise<void> {
  await app.stop();
  await sidecar.stop();
}
