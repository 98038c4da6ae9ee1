import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { ServerContext } from './context.ts';

/** A replica set of one (transactions need a set), and two users: root for us, one for the services. */
export async function prepareSet(context: ServerContext, host: string): Promise<void> {
  const root = { username: 'root', password: context.passwords.get('mongodb-root') };
  const config = { _id: 'rs0', members: [{ _id: 0, host }] };
  const isNew = await withClient(context, root, async (client) => {
    const known = await client.db('admin').command({ replSetGetConfig: 1 });
    // A new port since the last start: it does not find itself in its own set.
    if (known.config.members[0].host === host) return false;
    await client.db('admin').command({
      replSetReconfig: { ...known.config, ...config, version: known.config.version + 1 },
      force: true,
    });
    return false;
  }).catch((error: { codeName?: string; code?: number }) => {
    if (error.code === 18 || error.codeName === 'NotYetInitialized')
      return error.code === 18 ? 'no user' : 'no set';
    throw error;
  });
  if (isNew !== false) {
    // The localhost exception: without any user, a local client may make the first ones.
    const as = isNew === 'no user' ? undefined : root;
    await withClient(context, as, async (client) => {
      await client
        .db('admin')
        .command({ replSetInitiate: config })
        .catch((error: { codeName?: string }) => {
          if (error.codeName !== 'AlreadyInitialized') throw error;
        });
      await untilPrimary(client, context.signal);
      if (as === undefined)
        await client.db('admin').command({ createUser: root.username, pwd: root.password, roles: ['root'] });
    });
  }
  await withClient(context, root, async (client) => {
    await untilPrimary(client, context.signal);
    const user = {
      pwd: context.passwords.get('mongodb'),
      roles: [{ role: 'readWrite', db: 'mp3converter' }],
    };
    await client
      .db('admin')
      .command({ createUser: 'mp3converter', ...user })
      .catch((error: { code?: number }) => {
        if (error.code !== 51003) throw error; // it is there
      });
  });
}

async function untilPrimary(client: MongoClient, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if ((await client.db('admin').command({ hello: 1 })).isWritablePrimary === true) return;
    await sleep(100, undefined, { signal });
  }
  throw new Error('MongoDB did not become primary within 30 s.');
}

export async function withClient<T>(
  context: ServerContext,
  auth: { username: string; password: string } | undefined,
  use: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const url = `mongodb://127.0.0.1:${context.ports.known('mongodb')}/?directConnection=true`;
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 2_000,
    ...(auth === undefined ? {} : { auth }),
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
