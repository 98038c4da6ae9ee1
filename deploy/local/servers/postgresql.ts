import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { startChild } from '../../process/child.ts';
import { run } from '../../process/run.ts';
import { readFirstBytes, waitUntilReady } from '../../process/wait-ready.ts';
import type { ServerAndInstaller } from '../tools/server-programs.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const NAME = 'mp3converter';

/** PostgreSQL refuses to run as root. In a user namespace it sees another user id, while its files still belong to root. */
const asOtherUser = (command: string, args: string[]): [command: string, args: string[]] =>
  process.getuid?.() === 0
    ? ['unshare', ['--user', '--map-user=1000', '--map-group=1000', command, ...args]]
    : [command, args];

/** The image's own user is a superuser. The services get one that owns their database and nothing else. base64url needs no escaping. */
const CONTAINER_SCRIPT = `printf "%s\\n" "CREATE ROLE ${NAME} LOGIN PASSWORD '$SERVICES_PASSWORD';" "CREATE DATABASE ${NAME} OWNER ${NAME};" > /docker-entrypoint-initdb.d/10-services.sql && exec docker-entrypoint.sh postgres`;

export const postgresql: ServerKind = {
  url: ({ passwords, ports }) =>
    `postgres://${NAME}:${passwords.get('postgresql')}@127.0.0.1:${ports.known('postgresql')}/${NAME}?sslmode=disable`,
  async launch(context) {
    const { dataDir, keep, passwords, ports, tools } = context;
    const port = await ports.reserve('postgresql');
    if (tools.postgresql === undefined) {
      return startContainer(context, {
        name: 'postgresql',
        image: process.env.POSTGRESQL_IMAGE ?? 'postgres:17',
        ports: { [port]: 5432 },
        volume: '/var/lib/postgresql/data',
        env: {
          POSTGRES_PASSWORD: passwords.get('postgresql-root'),
          SERVICES_PASSWORD: passwords.get('postgresql'),
        },
        command: ['bash', '-c', CONTAINER_SCRIPT],
      });
    }
    const home = makePrivateDir(path.join(dataDir, 'postgresql'));
    const data = path.join(home, 'data');
    if (!existsSync(data)) await initialize(context, tools.postgresql, { home, data });
    // Only the services' user may connect, and only over TCP on this machine.
    const hba = path.join(home, 'pg_hba.conf');
    writePrivate(hba, `host ${NAME} ${NAME} 127.0.0.1/32 scram-sha-256\n`);
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      hba_file: hba,
      max_connections: '100',
    };
    const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const [command, args] = asOtherUser(tools.postgresql.server, ['-D', data, ...options]);
    return startChild({
      name: 'postgresql',
      command,
      args,
      cwd: home,
      env: plainEnv(),
      logFile: logOf(dataDir, 'postgresql'),
      dataDir,
      keep,
      // A fast shutdown. After SIGTERM, PostgreSQL would wait until all clients have disconnected.
      stopSignal: 'SIGINT',
      graceMs: 20_000,
    });
  },
  ready: (context, child) =>
    waitUntilReady(child, (signal) => answers(context, signal), {
      timeoutMs: 90_000,
      signal: context.signal,
    }),
  storage: ({ dataDir }) => path.join(dataDir, 'postgresql', 'data'),
};

/** Creates the data folder under another name first, so that an interrupted installation is repeated. */
async function initialize(
  { passwords, signal }: ServerContext,
  programs: ServerAndInstaller,
  { home, data }: { home: string; data: string },
): Promise<void> {
  const unfinished = path.join(home, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const options = { report: () => {}, signal, cwd: home, env: plainEnv(), timeoutMs: 120_000 };
  const initdb = ['-D', unfinished, '-U', 'postgres', '--auth=reject', '--encoding=UTF8', '--locale=C'];
  await run(...asOtherUser(programs.install, initdb), { ...options, what: 'Preparing PostgreSQL' });
  // The statements are passed on the standard input, since other users can read arguments. base64url needs no escaping.
  const statements = [
    `CREATE ROLE ${NAME} LOGIN PASSWORD '${passwords.get('postgresql')}'`,
    `CREATE DATABASE ${NAME} OWNER ${NAME}`,
  ];
  const input = statements.map((statement) => `${statement}\n`).join('');
  const single = asOtherUser(programs.server, [
    '--single',
    '-D',
    unfinished,
    '-c',
    'password_encryption=scram-sha-256',
    'postgres',
  ]);
  await run(...single, { ...options, input, what: 'Preparing the database' });
  renameSync(unfinished, data);
}

/** A server that is ready answers a StartupMessage (protocol 3.0) with an authentication request, `R`; before, with an error. */
async function answers({ ports }: ServerContext, signal: AbortSignal): Promise<boolean> {
  const body = Buffer.from(`\0\x03\0\0user\0${NAME}\0database\0${NAME}\0\0`, 'latin1');
  const message = Buffer.alloc(4 + body.length);
  message.writeInt32BE(message.length);
  body.copy(message, 4);
  const reply = await readFirstBytes(ports.known('postgresql') as number, message, signal);
  return reply.toString('latin1', 0, 1) === 'R';
}
