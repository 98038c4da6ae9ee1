import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import { OFFICIAL } from '../../docker/image-names.ts';
import { type Child, startChild } from '../../process/child.ts';
import { makePrivateDir, writePrivate } from '../../process/private-files.ts';
import { run } from '../../process/run.ts';
import { untilReady } from '../../process/wait-ready.ts';
import type { TwoPrograms } from '../tools/servers.ts';
import { logOf, plainEnv, type ServerContext, type Starter } from './context.ts';
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

export const mariadb: Starter = {
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
    untilReady(child, () => answers(mysqlUrl(context)), { timeoutMs: 90_000, signal: context.signal }),
};

async function startProcess(context: ServerContext, program: TwoPrograms, port: number): Promise<Child> {
  const { dataDir, signal } = context;
  const home = makePrivateDir(path.join(dataDir, 'mariadb'));
  const data = path.join(home, 'data');
  // As root it wants to be told by whom it runs.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  if (!existsSync(data)) {
    const unfinished = path.join(home, 'unfinished');
    rmSync(unfinished, { recursive: true, force: true });
    const args = [
      '--no-defaults',
      ...user,
      `--datadir=${unfinished}`,
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
    ];
    await run(program.install, args, {
      what: 'Preparing MariaDB',
      report: () => {},
      signal,
      env: plainEnv(),
      timeoutMs: 120_000,
    });
    renameSync(unfinished, data);
  }
  const init = path.join(home, 'init.sql');
  writePrivate(init, initSql(context.passwords.get('mysql')));
  // A Unix socket's path may be 107 bytes long.
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

/** Run at every start before the first connection, one statement a line. The password is base64url. */
function initSql(password: string): string {
  return [
    'CREATE DATABASE IF NOT EXISTS mp3converter CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;',
    `CREATE USER IF NOT EXISTS 'auth'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `ALTER USER 'auth'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL PRIVILEGES ON mp3converter.* TO 'auth'@'127.0.0.1';",
    // The contract tests of auth make databases of their own.
    "GRANT ALL PRIVILEGES ON `mp3converter\\_test\\_%`.* TO 'auth'@'127.0.0.1';",
    '',
  ].join('\n');
}
