import type { StartedTestContainer } from 'testcontainers';
import { contentOf, type StoreContent } from '../verdict/store-content.ts';
import { startContainer, stopContainer } from './container.ts';
import type { RunContext } from './run-context.ts';

const SERVERS = ['rabbitmq', 'mongodb', 'mysql', 'maildev'] as const;
export type Servers = Record<(typeof SERVERS)[number], StartedTestContainer>;

/** Starts all servers, and makes MongoDB a replica set. */
export async function startServers(context: RunContext): Promise<Servers> {
  const { specOf, networksOf } = context;
  const started = SERVERS.map(async (name) => {
    const container = { name, spec: specOf(name), networks: networksOf(name), alias: name };
    return [name, await startContainer(container, context)] as const;
  });
  const servers = Object.fromEntries(await Promise.all(started)) as Servers;
  const replicaSet = await startContainer(
    {
      name: 'mongodb-set',
      spec: specOf('mongodb-set'),
      networks: [`container:${servers.mongodb.getId()}`],
      readyWhen: 'ended',
    },
    context,
  );
  await stopContainer(replicaSet, specOf('mongodb-set'));
  return servers;
}

/** A mongosh script that prints the keys of all documents, with the values of jobs and of the index. Chunks are bytes, and no text. */
const PRINT_ROWS = `
  const { store } = new Mongo(process.env.MONGODB_URL).getDB('mp3converter');
  const keys = store.find({}, { _id: 1 }).toArray().map(({ _id }) => ({ key: _id }));
  const documents = store.find({ _id: { $regex: '^(job|open):' } }, { value: 1 }).toArray();
  const values = new Map(documents.map(({ _id, value }) => [_id, value]));
  print(JSON.stringify(keys.map(({ key }) => ({ key, value: values.get(key) }))))`;

/** Reads the state store by mongosh in MongoDB's own container, because its network cannot be reached from outside. */
export async function readStore(
  mongodb: StartedTestContainer,
  password: string | undefined,
): Promise<StoreContent> {
  const url = `mongodb://mp3converter:${password}@127.0.0.1:27017/mp3converter?authSource=admin&directConnection=true`;
  const command = ['mongosh', '--quiet', '--norc', '--nodb', '--eval', PRINT_ROWS];
  const { output, exitCode } = await mongodb.exec(command, { env: { HOME: '/tmp', MONGODB_URL: url } });
  if (exitCode !== 0) throw new Error(`mongosh: ${output.slice(0, 500)}`);
  return contentOf(JSON.parse(output));
}
