import { totalmem } from 'node:os';
import path from 'node:path';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { startChild } from '../../process/child.ts';
import { readFirstBytes, waitUntilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const storageOf = (dataDir: string): string => path.join(dataDir, 'redis', 'data');

/** The account of the services. */
const USER = 'mp3converter';

/**
 * The commands of Dapr's components for state and pub/sub (components-contrib 1.18), and of the client's connection. All keys, because
 * the server is the system's own. Commands within a script are checked as well. Nobody is a user without a name.
 */
const COMMANDS = [
  ...['auth', 'hello', 'ping', 'select', 'info', 'client|setname', 'client|id'],
  ...[
    'hget',
    'hgetall',
    'hset',
    'hincrby',
    'get',
    'del',
    'exists',
    'eval',
    'expire',
    'persist',
    'ttl',
    'wait',
  ],
  ...['multi', 'exec', 'discard'],
  ...['xadd', 'xack', 'xreadgroup', 'xpending', 'xclaim', 'xgroup|create'],
].map((command) => `+${command}`);
const account = (password: string): string[] => [
  // Nobody can be this user. But Redis reads its file as this user when it starts, and drops every transaction that is not allowed.
  'user default off ~* &* +@all',
  `user ${USER} on >${password} ~* resetchannels -@all ${COMMANDS.join(' ')}`,
];

/** A crash loses no acknowledged write, and when memory is full Redis refuses writes instead of evicting keys. */
const SAFE = [
  'appendonly yes',
  'appendfsync always',
  'save ""',
  `maxmemory ${Math.floor(totalmem() / 2)}`,
  'maxmemory-policy noeviction',
];

export const redis: ServerKind = {
  url: ({ passwords, ports }) =>
    `redis://${USER}:${passwords.get('redis')}@127.0.0.1:${ports.known('redis')}`,
  async launch(context) {
    const { dataDir, keep, passwords, ports, tools } = context;
    const port = await ports.reserve('redis');
    const common = [...SAFE, ...account(passwords.get('redis'))];
    if (tools.redis === undefined) {
      return startContainer(context, {
        name: 'redis',
        image: process.env.REDIS_IMAGE ?? 'redis:8',
        ports: { [port]: 6379 },
        volume: '/data',
        env: { REDIS_CONFIGURATION: common.join('\\n') },
        command: ['sh', '-c', 'printf "$REDIS_CONFIGURATION\\n" | exec redis-server -'],
      });
    }
    const home = makePrivateDir(path.join(dataDir, 'redis'));
    const file = path.join(home, 'redis.conf');
    const own = ['bind 127.0.0.1', `port ${port}`, `dir "${makePrivateDir(storageOf(dataDir))}"`];
    writePrivate(file, `${[...own, ...common].join('\n')}\n`);
    return startChild({
      name: 'redis',
      command: tools.redis,
      args: [file],
      cwd: home,
      env: plainEnv(),
      logFile: logOf(dataDir, 'redis'),
      dataDir,
      keep,
      graceMs: 20_000,
    });
  },
  ready: (context, child) =>
    waitUntilReady(child, (signal) => answers(context, signal), {
      timeoutMs: 90_000,
      signal: context.signal,
    }),
  storage: ({ dataDir }) => storageOf(dataDir),
};

/** Redis answers with an error while it loads its file. */
async function answers({ passwords, ports }: ServerContext, signal: AbortSignal): Promise<boolean> {
  const commands = Buffer.from(`AUTH ${USER} ${passwords.get('redis')}\r\nPING\r\n`);
  const isWhole = (reply: Buffer): boolean => reply.toString().split('\r\n').length > 2;
  const reply = await readFirstBytes(ports.known('redis') as number, commands, signal, isWhole);
  return reply.toString() === '+OK\r\n+PONG\r\n';
}
