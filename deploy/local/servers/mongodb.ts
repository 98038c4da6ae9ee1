import { chmodSync } from 'node:fs';
import path from 'node:path';
import type { MongoClient } from 'mongodb';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { OFFICIAL } from '../../docker/image-names.ts';
import { type Child, startChild } from '../../process/child.ts';
import { waitUntilReady } from '../../process/wait-ready.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const mongodbUrl = (context: ServerContext): string =>
  `mongodb://mp3converter:${context.passwords.get('mongodb')}@127.0.0.1:${context.ports.known('mongodb')}/mp3converter?authSource=admin&directConnection=true`;

export const mongodb: ServerKind = {
  url: mongodbUrl,
  async launch(context) {
    const port = await context.ports.reserve('mongodb');
    const { mongod } = context.tools;
    return mongod === undefined ? startInDocker(context, port) : startProcess(context, mongod, port);
  },
  async ready(context, child) {
    // Here, because the client takes a tenth of a second to load, for which a start without MongoDB need not wait.
    const { prepareReplicaSet, withClient } = await import('./mongodb-replica-set.ts');
    const ping = (client: MongoClient): Promise<boolean> =>
      client
        .db('admin')
        .command({ ping: 1 })
        .then(({ ok }) => ok === 1);
    await waitUntilReady(child, () => withClient(context, undefined, ping), {
      timeoutMs: 90_000,
      signal: context.signal,
    });
    // A member of the set must reach itself by this address, so in a container it is the port inside.
    const port = context.tools.mongod === undefined ? 27017 : context.ports.known('mongodb');
    await prepareReplicaSet(context, `127.0.0.1:${port}`);
  },
};

function startProcess(context: ServerContext, command: string, port: number): Promise<Child> {
  const { dataDir, keep } = context;
  const home = makePrivateDir(path.join(dataDir, 'mongodb'));
  const keyFile = path.join(home, 'key');
  // MongoDB accepts only base64 in a key file, and refuses one that others may read.
  writePrivate(keyFile, Buffer.from(context.passwords.get('mongodb-key'), 'base64url').toString('base64'));
  chmodSync(keyFile, 0o400);
  const args = [
    '--dbpath',
    makePrivateDir(path.join(home, 'data')),
    '--port',
    String(port),
    '--bind_ip',
    '127.0.0.1',
    '--nounixsocket',
    '--auth',
    '--keyFile',
    keyFile,
    '--replSet',
    'rs0',
    '--oplogSize',
    '512',
    '--wiredTigerCacheSizeGB',
    '0.5',
    '--setParameter',
    'diagnosticDataCollectionEnabled=false',
    // Expired chunks are deleted within seconds, as in the other stores. MongoDB's default is 60 s.
    '--setParameter',
    'ttlMonitorSleepSecs=10',
  ];
  return startChild({
    name: 'mongodb',
    command,
    args,
    cwd: home,
    env: plainEnv(),
    logFile: logOf(dataDir, 'mongodb'),
    dataDir,
    keep,
    graceMs: 20_000,
  });
}

function startInDocker(context: ServerContext, port: number): Promise<Child> {
  // The image's entry point creates the root user. A set of one member uses its key only inside the container.
  const script =
    'openssl rand -base64 96 > /tmp/key && chmod 400 /tmp/key && chown mongodb /tmp/key && exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all';
  return startContainer(context, {
    name: 'mongodb',
    image: process.env.MONGODB_IMAGE ?? OFFICIAL.MONGODB_IMAGE,
    ports: { [port]: 27017 },
    volume: '/data/db',
    env: {
      MONGO_INITDB_ROOT_USERNAME: 'root',
      MONGO_INITDB_ROOT_PASSWORD: context.passwords.get('mongodb-root'),
    },
    command: ['bash', '-c', script],
  });
}
