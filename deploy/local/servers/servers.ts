import { rm } from 'node:fs/promises';
import type { Child } from '../../process/child.ts';
import { Ports } from '../../process/ports.ts';
import { makePrivateDir, Passwords } from '../../process/private-files.ts';
import { keptRunning } from '../../process/registry.ts';
import { Supervised } from '../../process/supervised.ts';
import { givenServers } from '../tools/given.ts';
import type { ServerContext, Starter } from './context.ts';
import { adoptKept } from './kept.ts';
import { maildev } from './maildev.ts';
import { mariadb } from './mariadb.ts';
import { mongodb } from './mongodb.ts';
import { nats } from './nats.ts';
import { postgresql } from './postgresql.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import type { ServerName, Servers, ServersOptions, UrlServer, UrlServerName } from './types.ts';

export type { MailServer, ServerName, Servers, ServersOptions, UrlServer, UrlServerName } from './types.ts';

type Starters = Record<ServerName, Starter>;
const ours: Starters = { rabbitmq, redis, nats, mysql: mariadb, mongodb, postgresql, mail: maildev };
/** A conversion may take longer than the 30 minutes that RabbitMQ gives a consumer. */
const CONSUMER_TIMEOUT_MS = 12 * 3600_000;

async function startServer(
  starter: Starter,
  context: ServerContext,
  running: Child | undefined,
): Promise<Child> {
  const child = running ?? (await starter.launch(context));
  try {
    await starter.ready(context, child);
    return child;
  } catch (error) {
    if (running === undefined) await child.stop();
    throw error;
  }
}

/** Starts the servers that are not given by the environment and do not run yet, side by side. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { dataDir, report, keep = false } = options;
  makePrivateDir(dataDir);
  const starters: Starters = { ...ours, ...(options.mailServer && { mail: options.mailServer }) };
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const context: ServerContext = {
    repoRoot: options.repoRoot,
    dataDir,
    ports: new Ports(dataDir),
    passwords: new Passwords(dataDir),
    tools: options.tools,
    keep,
    consumerTimeoutMs: options.consumerTimeoutMs ?? CONSUMER_TIMEOUT_MS,
    signal,
  };
  const given = givenServers();
  const wanted = (Object.keys(starters) as ServerName[]).filter(
    (name) => given[name] === undefined && options.needed.has(name),
  );
  const reused = wanted.filter((name) => keptRunning(dataDir, name) !== undefined);
  if (wanted.includes('mail') && !reused.includes('mail'))
    await chooseMailPorts(context, options.ports?.mail);

  for (const name of options.needed) {
    if (name !== 'mail' && given[name] !== undefined) await starters[name].prepare?.(given[name], context);
  }

  const running = new Map<ServerName, Supervised>();
  const stop = async (): Promise<void> => {
    await Promise.all(
      [...running].filter(([name]) => !reused.includes(name)).map(([, server]) => server.stop()),
    );
  };
  const started = await Promise.allSettled(
    wanted.map(async (name) => {
      const isReused = reused.includes(name);
      let first = isReused;
      const server = new Supervised({
        name,
        report,
        restarts: options.supervise === true && !isReused,
        launch: (stopping) => {
          const kept = first ? adoptKept(dataDir, name) : undefined;
          first = false;
          const signal = AbortSignal.any([options.signal, stopping, failed.signal]);
          return startServer(starters[name], { ...context, keep: keep || isReused, signal }, kept);
        },
      });
      running.set(name, server);
      const since = performance.now();
      try {
        await server.start();
      } catch (error) {
        failed.abort(error);
        throw error;
      }
      report(
        isReused
          ? `${name} runs already (pid ${server.pid}), left by npm run setup`
          : `${name} is ready after ${((performance.now() - since) / 1000).toFixed(1)} s`,
      );
    }),
  );
  if (started.some((result) => result.status === 'rejected')) {
    await stop();
    throw failed.signal.reason;
  }

  const at = (name: UrlServerName): UrlServer => ({
    url: given[name] ?? starters[name].url?.(context) ?? '',
    get pid() {
      return running.get(name)?.pid;
    },
  });
  const urlServers = (Object.keys(starters) as ServerName[]).filter(
    (name): name is UrlServerName => name !== 'mail' && options.needed.has(name),
  );
  const { ports } = context;
  const ourOwn = (name: ServerName): Supervised => {
    const server = running.get(name);
    if (server === undefined)
      throw new Error(`${name} was not started by us, so it cannot be restarted by us.`);
    return server;
  };
  return {
    ...Object.fromEntries(urlServers.map((name) => [name, at(name)])),
    mysql: at('mysql'),
    mail: {
      smtpHost: given.mail?.host ?? '127.0.0.1',
      smtpPort: given.mail?.port ?? (ports.known('smtp') as number),
      smtpUser: given.mail?.user ?? '',
      smtpPassword: given.mail?.password ?? '',
      webUrl: given.mail === undefined ? `http://127.0.0.1:${ports.known('mail')}` : undefined,
      get pid() {
        return running.get('mail')?.pid;
      },
    },
    reused,
    restart: (name) => ourOwn(name).restart(),
    async hold(name, { erase = false } = {}) {
      const storage = starters[name].storage?.(context);
      if (erase && storage === undefined) throw new Error(`${name} cannot be emptied.`);
      await ourOwn(name).hold();
      if (erase && storage !== undefined) await rm(storage, { recursive: true, force: true });
    },
    release: (name) => ourOwn(name).release(),
    stop,
  };
}

async function chooseMailPorts({ ports }: ServerContext, chosen: number | undefined): Promise<void> {
  if (chosen === undefined) await ports.reserve('mail');
  else await ports.claim('mail', chosen, 'MAIL_PORT');
  await ports.reserve('smtp');
}
