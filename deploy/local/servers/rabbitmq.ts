import path from 'node:path';
import { OFFICIAL } from '../../docker/image-names.ts';
import { type Child, startChild } from '../../process/child.ts';
import { makePrivateDir, writePrivate } from '../../process/private-files.ts';
import { firstBytes, untilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type Starter } from './context.ts';
import { startContainer } from './docker.ts';

const rabbitmqUrl = (context: ServerContext): string =>
  `amqp://mp3converter:${context.passwords.get('rabbitmq')}@127.0.0.1:${context.ports.known('rabbitmq')}`;

/** RabbitMQ looks for consumers that are late this often, ms; its own 60 s would make a short limit a long one. */
const CHANNEL_TICK_MS = 60_000;
const tickMs = ({ consumerTimeoutMs }: ServerContext): number =>
  Math.min(CHANNEL_TICK_MS, Math.ceil(consumerTimeoutMs / 4));

const storageOf = (dataDir: string): string => path.join(dataDir, 'rabbitmq', 'mnesia');

// The AMQP 0-9-1 protocol header; a broker answers connection.start.
const greeting = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const answers =
  (port: number) =>
  async (signal: AbortSignal): Promise<boolean> =>
    (await firstBytes(port, greeting, signal))[0] === 1;

export const rabbitmq: Starter = {
  url: rabbitmqUrl,
  async launch(context) {
    const { passwords, ports, tools } = context;
    const port = await ports.reserve('rabbitmq');
    if (tools.rabbitmq !== undefined) return startProcess(context, tools.rabbitmq, port);
    return startContainer(context, {
      name: 'rabbitmq',
      image: process.env.RABBITMQ_IMAGE ?? OFFICIAL.RABBITMQ_IMAGE,
      ports: { [port]: 5672 },
      volume: '/var/lib/rabbitmq',
      // The database folder is named after the host.
      options: ['--hostname', 'rabbitmq'],
      env: {
        RABBITMQ_DEFAULT_USER: 'mp3converter',
        RABBITMQ_DEFAULT_PASS: passwords.get('rabbitmq'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-rabbit consumer_timeout ${context.consumerTimeoutMs} -rabbit channel_tick_interval ${tickMs(context)}`,
      },
    });
  },
  ready: ({ ports, signal }, child) =>
    untilReady(child, answers(ports.known('rabbitmq') as number), { timeoutMs: 90_000, signal }),
  storage: ({ dataDir }) => storageOf(dataDir),
};

async function startProcess(context: ServerContext, command: string, port: number): Promise<Child> {
  const { dataDir, ports } = context;
  const home = makePrivateDir(path.join(dataDir, 'rabbitmq'));
  const at = (name: string): string => path.join(home, name);
  const epmdPort = await ports.reserve('epmd');
  const epmd = await startEpmd(context, epmdPort);
  writePrivate(at('rabbitmq.conf'), configuration(port, context));
  writePrivate(at('enabled_plugins'), '[].\n');
  const env = {
    ...plainEnv(),
    // The cookie of the Erlang network is made here.
    HOME: home,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'mp3converter@localhost',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(await ports.reserve('rabbitmq-distribution')),
    RABBITMQ_MNESIA_BASE: storageOf(dataDir),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: at('none'),
    RABBITMQ_ADVANCED_CONFIG_FILE: at('none.config'),
    RABBITMQ_CONF_ENV_FILE: at('none.env'),
    // No busy waiting: two cores are shared with ffmpeg. The network between nodes is this machine's own.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} -rabbit channel_tick_interval ${tickMs(context)}`,
    // The script then becomes the Erlang VM instead of waiting for it: the pid is the broker's own.
    detached: '1',
  };
  try {
    const child = await startChild({
      name: 'rabbitmq',
      command,
      args: [],
      cwd: home,
      env,
      logFile: logOf(dataDir, 'rabbitmq'),
      dataDir,
      keep: context.keep,
      graceMs: 20_000,
    });
    return {
      ...child,
      // Its name server goes with it, however it ended.
      exited: child.exited.finally(() => epmd.stop()),
      async stop() {
        await child.stop();
        await epmd.stop();
      },
    };
  } catch (error) {
    await epmd.stop();
    throw error;
  }
}

/** In the foreground and on its own port: the daemon that Erlang would start by itself is left behind for ever. */
function startEpmd(context: ServerContext, port: number): Promise<Child> {
  const { dataDir, keep } = context;
  const args = ['-port', String(port), '-address', '127.0.0.1'];
  return startChild({
    name: 'epmd',
    command: 'epmd',
    args,
    cwd: dataDir,
    env: plainEnv(),
    logFile: logOf(dataDir, 'epmd'),
    dataDir,
    keep,
    graceMs: 2_000,
  });
}

function configuration(port: number, { passwords, consumerTimeoutMs }: ServerContext): string {
  return [
    `listeners.tcp.default = 127.0.0.1:${port}`,
    'default_user = mp3converter',
    `default_pass = ${passwords.get('rabbitmq')}`,
    'default_permissions.configure = .*',
    'default_permissions.read = .*',
    'default_permissions.write = .*',
    `consumer_timeout = ${consumerTimeoutMs}`,
    'log.console = true',
    'log.console.level = info',
    '',
  ].join('\n');
}
