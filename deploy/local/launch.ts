import path from 'node:path';
import { Locked, takeLock } from '../process/lock.ts';
import { endLeftovers } from '../process/orphans.ts';
import { Ports } from '../process/ports.ts';
import type { Report } from '../process/run.ts';
import { writeSecrets } from './secrets.ts';
import { serversFor } from './servers/secret-keys.ts';
import { type ServerName, type Servers, type ServersOptions, startServers } from './servers/servers.ts';
import { type Choice, secretsOf } from './system/components.ts';
import { type AppSpec, readDaprYaml, resourcesOf } from './system/dapr-yaml.ts';
import { type System, type SystemOptions, startSystem } from './system.ts';
import { ensureTools } from './tools/tools.ts';

export interface LaunchOptions
  extends Pick<SystemOptions, 'env' | 'appEnv' | 'commands' | 'replicas'>,
    Pick<ServersOptions, 'consumerTimeoutMs' | 'mailServer'> {
  repoRoot: string;
  /** Its `.data` holds all that is written. Default: the repository. */
  stateRoot?: string;
  /** Default: as dapr.yaml says. */
  choice?: Choice;
  /** Free ports, the same at every start, where none is chosen. */
  gatewayPort?: number;
  mailPort?: number;
  /** Default: the gateway's address on this machine. */
  publicUrl?: string;
  /** Servers that die are started again, as services always are. Default false. */
  superviseServers?: boolean;
  report: Report;
  signal: AbortSignal;
}

export interface Launched {
  servers: Servers;
  system: System;
  /** Services, then servers; no process is left. */
  stop(): Promise<void>;
}

/** One user of a data folder at a time. Returns the release. */
export function claimData(dataDir: string): () => void {
  try {
    return takeLock(path.join(dataDir, 'lock'));
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
    const { pid } = error.holder;
    throw new Error(
      `npm start or npm run setup is at work here already (pid ${pid}). Stop it with Ctrl-C in its terminal or with \`kill ${pid}\`, or wait for it.`,
      { cause: error },
    );
  }
}

/** The servers that the components of these apps name by their secrets. */
export const serversNeeded = (specs: readonly AppSpec[]): Set<ServerName> =>
  serversFor(secretsOf(resourcesOf(specs)));

/** Everything from nothing: tools, servers, secrets, services with their sidecars. Aborting undoes what was begun. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { repoRoot, stateRoot = repoRoot, choice = {}, gatewayPort, mailPort, report, signal } = options;
  const dataDir = path.join(stateRoot, '.data');
  const release = claimData(dataDir);
  let servers: Servers | undefined;
  try {
    const specs = readDaprYaml(repoRoot, choice);
    const needed = serversNeeded(specs);
    await endLeftovers(dataDir, report);
    // Before the minutes of the rest: the user should not wait to hear that a port is busy.
    const ports = new Ports(dataDir);
    const port =
      gatewayPort === undefined
        ? await ports.reserve('gateway.app')
        : await ports.claim('gateway.app', gatewayPort, 'GATEWAY_PORT');
    const tools = await ensureTools({ repoRoot, needed, report, signal });
    report('Starting the servers …');
    servers = await startServers({
      ...options,
      dataDir,
      needed,
      tools,
      ports: mailPort === undefined ? {} : { mail: mailPort },
      supervise: options.superviseServers ?? false,
    });
    writeSecrets({ stateRoot, servers, publicUrl: options.publicUrl ?? `http://localhost:${port}` });
    report('Starting the services and their sidecars …');
    const system = await startSystem({ ...options, specs, stateRoot, daprd: tools.daprd, gatewayPort: port });
    const running = servers;
    return {
      servers: running,
      system,
      async stop() {
        await system.stop();
        await running.stop();
        release();
      },
    };
  } catch (error) {
    await servers?.stop();
    release();
    throw error;
  }
}
