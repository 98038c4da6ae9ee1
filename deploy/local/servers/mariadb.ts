import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import { makePrivateDir, writePrivate } from '../../../services/shared/runtime/private-files.ts';
import { OFFICIAL } from '../../docker/image-names.ts';
import { type Child, startChild } from '../../process/child.ts';
import { run } from '../../process/run.ts';
import { waitUntilReady } from '../../process/wait-ready.ts';
import type { ServerAndInstaller } from '../tools/server-programs.ts';
import { logOf, plainEnv, type ServerContext, type ServerKind } from './context.ts';
import { startContainer } from './docker.ts';

const mysqlUrl = (context: ServerContext): string =>
  `mysql://auth:${context.passwords.get('mysql')}@127.0.0.1:${context.ports.known('mysql')}/mp3converter`;

async function answers(uri: string): Promise<boolean> {
  const connection = await mysql.createConnection({ uri, connectTimeout: 2_000 });
  try {
    await connection.query('SELECT 1');
    return true;
  } finally {
    await connection.end();
  }
}

export const mariadb: ServerKind = {
  url: mysqlUrl,
  async launch(context) {
    const { passwords, ports, tools } = context;
    const port = await ports.reserve('mysql');
    if (tools.mariadb !== undefined) return startProcess(context, tools.mariadb, port);
    return startContainer(context, {
      name: 'mysql',
      image: process.env.MYSQL_IMAGE ?? OFFICIAL.MYSQL_IMAGE,
      ports: { [port]: 3306 },
      volume: '/var/lib/mysql',
      env: {
        MARIADB_DATABASE: 'mp3converter',
        MARIADB_USER: 'auth',
        MARIADB_PASSWORD: passwords.get('mysql'),
        MARIADB_ROOT_PASSWORD: passwords.get('mysql-root'),
      },
    });
  },
  ready: (context, child) =>
    waitUntilReady(child, () => answers(mysqlUrl(context)), { timeoutMs: 90_000, signal: context.signal }),
};

async function startProcess(
  context: ServerContext,
  program: ServerAndInstaller,
  port: number,
): Promise<Child> {
  const { dataDir } = context;
  const home = makePrivateDir(path.join(dataDir, 'mariadb'));
  const data = path.join(home, 'data');
  // MariaDB refuses to run as root without this option.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  if (!existsSync(data)) await install(context, program.install, { home, data, user });
  const init = path.join(home, 'init.sql');
  writePrivate(init, initSql(context.passwords.get('mysql')));
  // Linux limits the path of a Unix socket to 107 bytes.
  const socket =
    path.join(home, 'socket').length < 100
      ? path.join(home, 'socket')
      : path.join(tmpdir(), `mp3converter-${port}.sock`);
  const args = [
    '--no-defaults',
    ...user,
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--innodb-buffer-pool-size=64M',
    `--pid-file=${path.join(home, 'pid')}`,
    `--init-file=${init}`,
  ];
  return startChild({
    name: 'mysql',
    command: program.server,
    args,
    cwd: home,
    env: plainEnv(),
    logFile: logOf(dataDir, 'mysql'),
    dataDir,
    keep: context.keep,
    graceMs: 20_000,
  });
}

/** Creates the data folder under another name first, so that an interrupted installation is repeated. */
async function install(
  { signal }: ServerContext,
  command: string,
  { home, data, user }: { home: string; data: string; user: string[] },
): Promise<void> {
  const unfinished = path.join(home, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  const args = [
    '--no-defaults',
    ...user,
    `--datadir=${unfinished}`,
    '--auth-root-authentication-method=socket',
    '--skip-test-db',
  ];
  await run(command, args, {
    what: 'Preparing MariaDB',
    report: () => {},
    signal,
    env: plainEnv(),
    timeoutMs: 120_000,
  });
  renameSync(unfinished, data);
}

/** MariaDB executes this file at every start before the first connection. It wants one statement a line. */
function initSql(password: string): string {
  // The password is base64url, so it needs no escaping.
  return [
    'CREATE DATABASE IF NOT EXISTS mp3converter CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;',
    `CREATE USER IF NOT EXISTS 'auth'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `ALTER USER 'auth'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL PRIVILEGES ON mp3converter.* TO 'auth'@'127.0.0.1';",
    // The contract tests of auth create databases of their own.
    "GRANT ALL PRIVILEGES ON `mp3converter\\_test\\_%`.* TO 'auth'@'127.0.0.1';",
    '',
  ].join('\n');
}
