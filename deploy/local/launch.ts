import path from 'node:path';
import { acquireLock, LockedError } from '../../services/shared/runtime/lock.ts';
import { buildPageIfChanged } from '../page/build-if-changed.ts';
import { stopOrphans } from '../process/orphans.ts';
import { Ports } from '../process/ports.ts';
import type { Report } from '../process/run.ts';
import { serversFor } from './servers/secret-keys.ts';
import { beginServers, type ServerName, type Servers, type ServersOptions } from './servers/servers.ts';
import { checkSpaceToStart } from './space.ts';
import { type Choice, secretsOf } from './system/components.ts';
import { type AppSpec, readDaprYaml, resourcesOf } from './system/dapr-yaml.ts';
import { withInspector } from './system/inspector.ts';
import { type System, type SystemOptions, startSystem } from './system.ts';
import { lacksDaprd } from './tools/daprd.ts';
import { ensureTools } from './tools/tools.ts';
import { Progress } from './waiting-page/progress.ts';
import { serveWaitingPage, type WaitingPage } from './waiting-page/waiting-page.ts';
import { writeSecrets } from './write-secrets.ts';

export interface LaunchOptions
  extends Pick<SystemOptions, 'env' | 'appEnv' | 'commands' | 'replicas'>,
    Pick<ServersOptions, 'consumerTimeoutMs' | 'mailServer'> {
  repoRoot: string;
  /** The folder whose `.data` holds everything that is written. Default: the repository. */
  stateRoot?: string;
  /** Default: the infrastructure in dapr.yaml. */
  choice?: Choice;
  /** Ports of the Node inspector, by app id. Default: no app is inspected. */
  inspect?: ReadonlyMap<string, number>;
  /** Default: free ports, the same at every start. */
  gatewayPort?: number;
  mailPort?: number;
  /** Default: the gateway's address on this machine. */
  publicUrl?: string;
  /** Servers that crash are started again, as services always are. Default false. */
  superviseServers?: boolean;
  /** Builds the web page. Default: builds it once, unless it is there already, and fails where it has an error. */
  buildPage?: () => Promise<unknown>;
  report: Report;
  signal: AbortSignal;
}

export interface Launched {
  servers: Servers;
  system: System;
  /** Stops the services, then the servers. No process is left. */
  stop(): Promise<void>;
}

/** Locks a data folder, which one run at a time may use. Returns the function that unlocks it. */
export function lockDataFolder(dataDir: string): () => void {
  try {
    return acquireLock(path.join(dataDir, 'lock'));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    const { pid } = error.holder;
    throw new Error(
      `npm start or npm run setup is running here already (pid ${pid}). Stop it with Ctrl-C in its terminal or with \`kill ${pid}\`, or wait until it ends.`,
      { cause: error },
    );
  }
}

/** The servers that the components of these apps need. */
export const serversNeeded = (specs: readonly AppSpec[]): Set<ServerName> =>
  serversFor(secretsOf(resourcesOf(specs)));

/** Reserves the ports that users choose. A user should not wait minutes for the message that one is in use. */
async function reservePorts(
  dataDir: string,
  { gatewayPort, inspect = new Map() }: LaunchOptions,
): Promise<number> {
  const ports = new Ports(dataDir);
  const port =
    gatewayPort === undefined
      ? await ports.reserve('gateway.app')
      : await ports.claim('gateway.app', gatewayPort, 'GATEWAY_PORT');
  for (const [name, inspector] of inspect)
    await ports.claim(`${name}.inspector`, inspector, `--inspect ${name}`);
  return port;
}

/**
 * Starts the whole system: installs the tools, starts the servers, writes the secrets, starts the services and sidecars. Until the
 * gateway starts, a page on its port says how far that is.
 * If that fails or is aborted, stops what it has started.
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const {
    repoRoot,
    stateRoot = repoRoot,
    choice = {},
    inspect = new Map(),
    mailPort,
    buildPage = buildPageIfChanged,
    report,
    signal,
  } = options;
  const dataDir = path.join(stateRoot, '.data');
  const release = lockDataFolder(dataDir);
  const progress = new Progress();
  let waitingPage: WaitingPage | undefined;
  let servers: Servers | undefined;
  try {
    const specs = readDaprYaml(repoRoot, choice).map((app) => withInspector(app, inspect.get(app.appId)));
    const needed = serversNeeded(specs);
    await stopOrphans(dataDir, report);
    checkSpaceToStart(dataDir, needed, report);
    const port = await reservePorts(dataDir, options);
    waitingPage = await serveWaitingPage(port, progress);
    if (lacksDaprd()) report(`http://localhost:${port} shows in a browser how far the start is.`);
    const tools = await progress.during(
      'programs',
      (report) => ensureTools({ repoRoot, needed, report, signal }),
      report,
    );
    report('Starting the servers …');
    const starting = await beginServers({
      ...options,
      dataDir,
      needed,
      tools,
      ports: mailPort === undefined ? {} : { mail: mailPort },
      supervise: options.superviseServers ?? false,
    });
    servers = starting.servers;
    // The servers mostly wait while they start. A gateway that shows no page yet would not help anybody.
    await progress.during('page', () => buildPage(), report);
    progress.begin('system');
    writeSecrets({ stateRoot, servers, publicUrl: options.publicUrl ?? `http://localhost:${port}` });
    report('Starting the services and their sidecars …');
    const page = waitingPage;
    const system = await startSystem({
      ...{ ...options, specs, stateRoot, daprd: tools.daprd },
      ...{ waitingPage, serversReady: starting.allReady },
    });
    const running = servers;
    return {
      servers: running,
      system,
      async stop() {
        await system.stop();
        await running.stop();
        await page.close();
        release();
      },
    };
  } catch (error) {
    await waitingPage?.close();
    // A server that is being started may take its time to stop. The error itself is shown at the end.
    if (servers !== undefined && !signal.aborted) report('The start has failed. Stopping the servers …');
    await servers?.stop();
    release();
    throw error;
  }
}
