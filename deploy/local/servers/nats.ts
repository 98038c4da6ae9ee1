import { readFileSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { startChild } from '../../process/child.ts';
import { waitUntilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const storageOf = (dataDir: string): string => path.join(dataDir, 'nats', 'data');
const streamFile = (repoRoot: string): string =>
  path.join(repoRoot, 'components', 'pubsub', 'jetstream', 'stream.json');
/** JetStream's error code for «stream not found». */
const STREAM_NOT_FOUND = 10059;

const natsUrl = ({ passwords, ports }: ServerContext): string =>
  `nats://mp3converter:${passwords.get('nats')}@127.0.0.1:${ports.known('nats')}`;

export const nats: ServerKind = {
  url: natsUrl,
  async launch(context) {
    const { dataDir, keep, passwords, ports, tools } = context;
    const port = await ports.reserve('nats');
    const configuration = (listen: string, storage: string): string =>
      [
        `listen: "${listen}"`,
        `jetstream { store_dir: "${storage}" }`,
        `authorization { user: mp3converter, password: "${passwords.get('nats')}" }`,
        '',
      ].join('\n');
    if (tools.nats === undefined) {
      return startContainer(context, {
        name: 'nats',
        image: process.env.NATS_IMAGE ?? 'nats:2-alpine',
        ports: { [port]: 4222 },
        volume: '/data',
        env: { NATS_CONFIGURATION: configuration('0.0.0.0:4222', '/data').replaceAll('\n', ' ; ') },
        command: [
          'sh',
          '-c',
          'umask 077; printf %s "$NATS_CONFIGURATION" > /tmp/nats.conf; exec nats-server -c /tmp/nats.conf',
        ],
      });
    }
    const home = makePrivateDir(path.join(dataDir, 'nats'));
    const file = path.join(home, 'nats.conf');
    writePrivate(file, configuration(`127.0.0.1:${port}`, makePrivateDir(storageOf(dataDir))));
    return startChild({
      name: 'nats',
      command: tools.nats,
      args: ['--config', file],
      cwd: home,
      env: plainEnv(),
      logFile: logOf(dataDir, 'nats'),
      dataDir,
      keep,
      graceMs: 20_000,
    });
  },
  async ready(context, child) {
    const url = natsUrl(context);
    const answers = (): Promise<boolean> => withConnection(url, async () => true);
    await waitUntilReady(child, answers, { timeoutMs: 60_000, signal: context.signal });
    await createStream(url, context);
  },
  prepare: createStream,
  storage: ({ dataDir }) => storageOf(dataDir),
};

/** Creates the stream, which Dapr's component expects to exist. Leaves an existing one alone: the user may have made it. */
function createStream(url: string, { repoRoot }: ServerContext): Promise<void> {
  return withConnection(url, async (connection) => {
    const config = JSON.parse(readFileSync(streamFile(repoRoot), 'utf8')) as StreamConfig;
    const { streams } = await jetstreamManager(connection);
    await streams.info(config.name).catch((error: { code?: number }) => {
      if (error.code !== STREAM_NOT_FOUND) throw error;
      return streams.add(config);
    });
  });
}

async function withConnection<T>(url: string, use: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const { host, username, password, protocol } = new URL(url);
  const connection = await connect({
    servers: `${protocol}//${host}`,
    ...(username !== '' && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    timeout: 2_000,
    reconnect: false,
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
