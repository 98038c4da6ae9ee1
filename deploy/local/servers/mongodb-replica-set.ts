import { MongoClient } from 'mongodb';
import { poll } from '../../../services/shared/runtime/poll.ts';
import type { ServerContext } from './context.ts';

const AUTHENTICATION_FAILED = 18;
const USER_EXISTS = 51003;
const PRIMARY_MS = 30_000;

/**
 * Makes a replica set of one member, since transactions need a set, and two users: root and the services' user. Idempotent.
 * Containers and clusters use deploy/kubernetes/servers/mongodb/mongodb-set.js for the same purpose. That file needs
 * mongosh, which the user of `npm start` may not have. This one uses the driver, and also follows a change of the port.
 */
export async function prepareReplicaSet(context: ServerContext, host: string): Promise<void> {
  const root = { username: 'root', password: context.passwords.get('mongodb-root') };
  const config = { _id: 'rs0', members: [{ _id: 0, host }] };
  const state = await readState(context, root, host);
  if (state === 'other host') await reconfigure(context, root, config);
  if (state === 'no set' || state === 'no root user') {
    // The localhost exception: while there is no user, a client on the same machine may create the first one.
    const auth = state === 'no root user' ? undefined : root;
    await withClient(context, auth, async (client) => {
      const admin = client.db('admin');
      await admin.command({ replSetInitiate: config }).catch((error: { codeName?: string }) => {
        if (error.codeName !== 'AlreadyInitialized') throw error;
      });
      await waitUntilPrimary(client, context.signal);
      if (auth === undefined)
        await admin.command({ createUser: root.username, pwd: root.password, roles: ['root'] });
    });
  }
  await withClient(context, root, async (client) => {
    await waitUntilPrimary(client, context.signal);
    const user = {
      pwd: context.passwords.get('mongodb'),
      roles: [{ role: 'readWrite', db: 'mp3converter' }],
    };
    await client
      .db('admin')
      .command({ createUser: 'mp3converter', ...user })
      .catch((error: { code?: number }) => {
        if (error.code !== USER_EXISTS) throw error;
      });
  });
}

type Auth = { username: string; password: string };
interface SetConfig {
  _id: string;
  members: { _id: number; host: string }[];
}

async function readState(
  context: ServerContext,
  root: Auth,
  host: string,
): Promise<'complete' | 'other host' | 'no set' | 'no root user'> {
  try {
    return await withClient(context, root, async (client) => {
      const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
      return config.members[0].host === host ? 'complete' : 'other host';
    });
  } catch (error) {
    const { code, codeName } = error as { code?: number; codeName?: string };
    if (code === AUTHENTICATION_FAILED) return 'no root user';
    if (codeName === 'NotYetInitialized') return 'no set';
    throw error;
  }
}

/** After a change of its port, the server does not find itself among the members of the set until this is done. */
async function reconfigure(context: ServerContext, root: Auth, config: SetConfig): Promise<void> {
  await withClient(context, root, async (client) => {
    const known = await client.db('admin').command({ replSetGetConfig: 1 });
    const replSetReconfig = { ...known.config, ...config, version: known.config.version + 1 };
    await client.db('admin').command({ replSetReconfig, force: true });
  });
}

async function waitUntilPrimary(client: MongoClient, signal: AbortSignal): Promise<void> {
  const isPrimary = async (): Promise<true | undefined> =>
    (await client.db('admin').command({ hello: 1 })).isWritablePrimary === true || undefined;
  const primary = await poll(isPrimary, { intervalMs: 100, timeoutMs: PRIMARY_MS, signal });
  if (primary === undefined) throw new Error(`MongoDB did not become primary within ${PRIMARY_MS / 1000} s.`);
}

/** Calls `use` with a client of the local server, logged in if `auth` is given, and closes the client. */
export async function withClient<T>(
  context: ServerContext,
  auth: Auth | undefined,
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
