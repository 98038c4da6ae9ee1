import { makePrivateDir } from '../../../services/shared/runtime/private-files.ts';
import type { Child } from '../../process/child.ts';
import { Passwords } from '../../process/passwords.ts';
import { Ports } from '../../process/ports.ts';
import { findKept } from '../../process/registry.ts';
import type { Report } from '../../process/run.ts';
import { Supervised } from '../../process/supervised.ts';
import { readExternalServers, type ServerName } from '../tools/external-servers.ts';
import { adoptSetupServer } from './adopt-setup-servers.ts';
import type { ServerContext, ServerKind } from './context.ts';
import { maildev } from './maildev.ts';
import { mariadb } from './mariadb.ts';
import { mongodb } from './mongodb.ts';
import { nats } from './nats.ts';
import { postgresql } from './postgresql.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { describeServers, stopServers } from './running-servers.ts';
import type { Servers, ServersOptions } from './types.ts';

export type { ServerName } from '../tools/external-servers.ts';
export type { Servers, ServersOptions } from './types.ts';

const KINDS: Record<ServerName, ServerKind> = {
  ...{ rabbitmq, redis, nats, mysql: mariadb, mongodb, postgresql },
  mail: maildev,
};
/** Longer than any conversion. RabbitMQ's default is 30 minutes. */
const CONSUMER_TIMEOUT_MS = 12 * 3600_000;

/** Servers that are being started. Their addresses are known. */
export interface StartingServers {
  servers: Servers;
  /** Resolves when all accept work. If one fails, it rejects after it has stopped the others. */
  allReady: Promise<void>;
}

/** Starts the servers that the environment does not name by URL and that do not run yet, in parallel. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { servers, allReady } = await beginServers(options);
  await allReady;
  return servers;
}

/** As startServers(), but does not wait until the servers accept work. */
export async function beginServers(options: ServersOptions): Promise<StartingServers> {
  const { dataDir, needed, report, keep = false } = options;
  makePrivateDir(dataDir);
  const kinds = { ...KINDS, ...(options.mailServer && { mail: options.mailServer }) };
  const failed = new AbortController();
  const context: ServerContext = {
    repoRoot: options.repoRoot,
    dataDir,
    ports: new Ports(dataDir),
    passwords: new Passwords(dataDir),
    tools: options.tools,
    keep,
    consumerTimeoutMs: options.consumerTimeoutMs ?? CONSUMER_TIMEOUT_MS,
    signal: AbortSignal.any([options.signal, failed.signal]),
  };
  const external = readExternalServers();
  const wanted = (Object.keys(kinds) as ServerName[]).filter(
    (name) => external[name] === undefined && needed.has(name),
  );
  const reused = wanted.filter((name) => findKept(dataDir, name) !== undefined);
  if (wanted.includes('mail') && !reused.includes('mail'))
    await reserveMailPorts(context, options.ports?.mail);
  for (const name of wanted) if (name !== 'mail' && !reused.includes(name)) await context.ports.reserve(name);
  for (const name of needed) {
    if (name !== 'mail' && external[name] !== undefined) await kinds[name].prepare?.(external[name], context);
  }

  const running = new Map<ServerName, Supervised>();
  for (const name of wanted) {
    const isReused = reused.includes(name);
    const restarts = options.supervise === true && !isReused;
    running.set(name, createSupervised(name, { kind: kinds[name], context, isReused, restarts, report }));
  }
  const starts = [...running].map(async ([name, server]) => {
    try {
      await startServer(name, server, reused.includes(name), report);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  const settled = async (): Promise<void> => {
    const results = await Promise.allSettled(starts);
    if (results.every(({ status }) => status === 'fulfilled')) return;
    await stopServers(running, reused);
    throw failed.signal.reason;
  };
  const allReady = settled();
  // Whoever waits for it gets the error. A caller that has failed by itself does not wait any more.
  allReady.catch(() => undefined);
  return {
    servers: describeServers({ kinds, context, needed, external, running, reused }),
    allReady,
  };
}

async function startServer(
  name: ServerName,
  server: Supervised,
  isReused: boolean,
  report: Report,
): Promise<void> {
  const since = performance.now();
  await server.start();
  report(
    isReused
      ? `${name} runs already (pid ${server.pid}), started by npm run setup`
      : `${name} is ready after ${((performance.now() - since) / 1000).toFixed(1)} s`,
  );
}

interface SupervisionOptions {
  kind: ServerKind;
  context: ServerContext;
  isReused: boolean;
  restarts: boolean;
  report: Report;
}

/** The first launch of a reused server adopts the process that runs. Later ones start a process that keeps running, too. */
function createSupervised(name: ServerName, options: SupervisionOptions): Supervised {
  const { kind, context, isReused, restarts, report } = options;
  let mayAdopt = isReused;
  return new Supervised({
    name,
    report,
    restarts,
    launch: (stopping) => {
      const kept = mayAdopt ? adoptSetupServer(context.dataDir, name) : undefined;
      mayAdopt = false;
      const signal = AbortSignal.any([context.signal, stopping]);
      return launchServer(kind, { ...context, keep: context.keep || isReused, signal }, kept);
    },
  });
}

/** Launches a server, unless it runs, and waits until it is ready. Stops it again if it does not become ready. */
async function launchServer(
  kind: ServerKind,
  context: ServerContext,
  running: Child | undefined,
): Promise<Child> {
  const child = running ?? (await kind.launch(context));
  try {
    await kind.ready(context, child);
    return child;
  } catch (error) {
    if (running === undefined) await child.stop();
    throw error;
  }
}

async function reserveMailPorts({ ports }: ServerContext, chosen: number | undefined): Promise<void> {
  if (chosen === undefined) await ports.reserve('mail');
  else await ports.claim('mail', chosen, 'MAIL_PORT');
  await ports.reserve('smtp');
}
