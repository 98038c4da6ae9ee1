import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { OFFICIAL } from '../../docker/image-names.ts';
import { type Child, startChild } from '../../process/child.ts';
import { readFirstBytes, waitUntilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const rabbitmqUrl = (context: ServerContext): string =>
  `amqp://mp3converter:${context.passwords.get('rabbitmq')}@127.0.0.1:${context.ports.known('rabbitmq')}`;

/** How often RabbitMQ looks for consumers that exceed their timeout. Its default of 60 s would be too slow for a short one. */
const DEFAULT_TICK_MS = 60_000;
const tickMs = ({ consumerTimeoutMs }: ServerContext): number =>
  Math.min(DEFAULT_TICK_MS, Math.ceil(consumerTimeoutMs / 4));

const storageOf = (dataDir: string): string => path.join(dataDir, 'rabbitmq', 'mnesia');

// The AMQP 0-9-1 protocol header. A broker answers with connection.start, a method frame, whose first byte is 1.
const greeting = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const answers =
  (port: number) =>
  async (signal: AbortSignal): Promise<boolean> =>
    (await readFirstBytes(port, greeting, signal))[0] === 1;

/** Limits the account of the image to our exchanges and queues, when it is created. */
const permissionsFile = ({ repoRoot }: ServerContext): string =>
  path.join(repoRoot, 'deploy', 'docker', 'rabbitmq.conf');
const PERMISSIONS_PATH = '/etc/rabbitmq/conf.d/90-mp3converter.conf';

export const rabbitmq: ServerKind = {
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
      // RabbitMQ names its database folder after the host.
      options: ['--hostname', 'rabbitmq', '--volume', `${permissionsFile(context)}:${PERMISSIONS_PATH}:ro`],
      env: {
        RABBITMQ_DEFAULT_USER: 'mp3converter',
        RABBITMQ_DEFAULT_PASS: passwords.get('rabbitmq'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-rabbit consumer_timeout ${context.consumerTimeoutMs} -rabbit channel_tick_interval ${tickMs(context)}`,
      },
    });
  },
  ready: ({ ports, signal }, child) =>
    waitUntilReady(child, answers(ports.known('rabbitmq') as number), { timeoutMs: 90_000, signal }),
  storage: ({ dataDir }) => storageOf(dataDir),
};

async function startProcess(context: ServerContext, command: string, port: number): Promise<Child> {
  const { dataDir, ports } = context;
  const home = makePrivateDir(path.join(dataDir, 'rabbitmq'));
  const at = (name: string): string => path.join(home, name);
  const epmdPort = await ports.reserve('epmd');
  const epmd = await startEpmd(context, epmdPort);
  writePrivate(at('rabbitmq.conf'), configuration(port, at('definitions.json'), context));
  writePrivate(at('enabled_plugins'), '[].\n');
  writePrivate(at('definitions.json'), definitions(context.passwords.get('rabbitmq')));
  const env = {
    ...plainEnv(),
    // Erlang creates its cookie, a shared secret of the nodes, in the home folder.
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
    // Without busy waiting (+sbwt), since ffmpeg needs the cores. Connections between nodes stay on this machine.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} -rabbit channel_tick_interval ${tickMs(context)}`,
    // The start script then replaces itself with the Erlang VM, so that our pid is the broker's.
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
      // The name server ends with the broker, also when the broker crashes.
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

/** Starts Erlang's name server in the foreground on a port of its own. The daemon that Erlang starts by itself never ends. */
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

function configuration(port: number, definitionsFile: string, { consumerTimeoutMs }: ServerContext): string {
  return [
    `listeners.tcp.default = 127.0.0.1:${port}`,
    `load_definitions = ${definitionsFile}`,
    `consumer_timeout = ${consumerTimeoutMs}`,
    'log.console = true',
    'log.console.level = info',
    '',
  ].join('\n');
}

/**
 * The exchanges and queues of the system: Dapr names exchanges after topics, and queues after the subscriber and the topic.
 * deploy/docker/rabbitmq.conf and deploy/kubernetes/servers/rabbitmq/rabbitmq.conf have the same.
 */
export const OWN_NAMES = '^([a-z0-9-]+-)?(video|mp3)(-quorum)?$';

/**
 * The account of the services, which RabbitMQ reads at every start: so an account of an older release loses what it need not have.
 * @see https://www.rabbitmq.com/docs/passwords#computing-password-hash
 */
function definitions(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  const user = {
    name: 'mp3converter',
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: [],
  };
  const own = { configure: OWN_NAMES, write: OWN_NAMES, read: OWN_NAMES };
  const permissions = [{ user: user.name, vhost: '/', ...own }];
  return `${JSON.stringify({ vhosts: [{ name: '/' }], users: [user], permissions }, null, 2)}\n`;
}
