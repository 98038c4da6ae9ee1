import { totalmem } from 'node:os';
import path from 'node:path';
import { startChild } from '../../process/child.ts';
import { makePrivateDir, writePrivate } from '../../process/private-files.ts';
import { firstBytes, untilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type Starter } from './context.ts';
import { startContainer } from './docker.ts';

const storageOf = (dataDir: string): string => path.join(dataDir, 'redis', 'data');

/** Nothing that was acknowledged is lost with the process, and nothing is thrown out when memory is short: it is refused. */
const SAFE = [
  'appendonly yes',
  'appendfsync always',
  'save ""',
  `maxmemory ${Math.floor(totalmem() / 2)}`,
  'maxmemory-policy noeviction',
];

export const redis: Starter = {
  url: ({ passwords, ports }) => `redis://:${passwords.get('redis')}@127.0.0.1:${ports.known('redis')}`,
  async launch(context) {
    const { dataDir, keep, passwords, ports, tools } = context;
    const port = await ports.reserve('redis');
    const common = [...SAFE, `requirepass ${passwords.get('redis')}`];
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
    untilReady(child, (signal) => answers(context, signal), { timeoutMs: 90_000, signal: context.signal }),
  storage: ({ dataDir }) => storageOf(dataDir),
};

/** While it reads its file it answers with an error. */
async function answers({ passwords, ports }: ServerContext, signal: AbortSignal): Promise<boolean> {
  const commands = Buffer.from(`AUTH ${passwords.get('redis')}\r\nPING\r\n`);
  const isWhole = (said: Buffer): boolean => said.toString().split('\r\n').length > 2;
  const said = await firstBytes(ports.known('redis') as number, commands, signal, isWhole);
  return said.toString() === '+OK\r\n+PONG\r\n';
}
