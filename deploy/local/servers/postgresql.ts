import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startChild } from '../../process/child.ts';
import { makePrivateDir, writePrivate } from '../../process/private-files.ts';
import { run } from '../../process/run.ts';
import { firstBytes, untilReady } from '../../process/wait-ready.ts';
import type { TwoPrograms } from '../tools/servers.ts';
import { logOf, plainEnv, type ServerContext, type Starter } from './context.ts';
import { startContainer } from './docker.ts';

const NAME = 'mp3converter';

/** As root it refuses to run. In a user namespace of its own it believes to be somebody else, and its files stay ours. */
const asSomebody = (command: string, args: string[]): [command: string, args: string[]] =>
  process.getuid?.() === 0
    ? ['unshare', ['--user', '--map-user=1000', '--map-group=1000', command, ...args]]
    : [command, args];

export const postgresql: Starter = {
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
        env: { POSTGRES_USER: NAME, POSTGRES_PASSWORD: passwords.get('postgresql'), POSTGRES_DB: NAME },
      });
    }
    const home = makePrivateDir(path.join(dataDir, 'postgresql'));
    const data = path.join(home, 'data');
    if (!existsSync(data)) await initialize(context, tools.postgresql, { home, data });
    // One local line of the access file is for the user above; there is no socket, and nobody else.
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
    const [command, args] = asSomebody(tools.postgresql.server, ['-D', data, ...options]);
    return startChild({
      name: 'postgresql',
      command,
      args,
      cwd: home,
      env: plainEnv(),
      logFile: logOf(dataDir, 'postgresql'),
      dataDir,
      keep,
      // Fast: to SIGTERM it waits until its clients have gone.
      stopSignal: 'SIGINT',
      graceMs: 20_000,
    });
  },
  ready: (context, child) =>
    untilReady(child, (signal) => answers(context, signal), { timeoutMs: 90_000, signal: context.signal }),
  storage: ({ dataDir }) => path.join(dataDir, 'postgresql', 'data'),
};

async function initialize(
  { passwords, signal }: ServerContext,
  programs: TwoPrograms,
  { home, data }: { home: string; data: string },
): Promise<void> {
  const unfinished = path.join(home, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const options = { report: () => {}, signal, cwd: home, env: plainEnv(), timeoutMs: 120_000 };
  const initdb = ['-D', unfinished, '-U', 'postgres', '--auth=reject', '--encoding=UTF8', '--locale=C'];
  await run(...asSomebody(programs.install, initdb), { ...options, what: 'Preparing PostgreSQL' });
  // The password is base64url. It goes in by the standard input, for arguments can be seen by all.
  const statements = [
    `CREATE ROLE ${NAME} LOGIN PASSWORD '${passwords.get('postgresql')}'`,
    `CREATE DATABASE ${NAME} OWNER ${NAME}`,
  ];
  const input = statements.map((statement) => `${statement}\n`).join('');
  const single = asSomebody(programs.server, [
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

/** To a StartupMessage (protocol 3.0) it answers with what it wants of us, or, while it starts, with an error. */
async function answers({ ports }: ServerContext, signal: AbortSignal): Promise<boolean> {
  const body = Buffer.from(`\0\x03\0\0user\0${NAME}\0database\0${NAME}\0\0`, 'latin1');
  const message = Buffer.alloc(4 + body.length);
  message.writeInt32BE(message.length);
  body.copy(message, 4);
  const said = await firstBytes(ports.known('postgresql') as number, message, signal);
  return said.toString('latin1', 0, 1) === 'R';
}
