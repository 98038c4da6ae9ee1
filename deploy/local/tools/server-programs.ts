import { globSync } from 'node:fs';
import { which } from '../../process/which.ts';
import type { UrlServerName } from './external-servers.ts';
import { findMongod } from './mongod.ts';

/** A server program and the program that prepares its data folder. */
export interface ServerAndInstaller {
  server: string;
  install: string;
}

/** Absolute paths of server programs. A server without a program runs in Docker. */
export interface ServerPrograms {
  rabbitmq: string | undefined;
  redis: string | undefined;
  nats: string | undefined;
  mariadb: ServerAndInstaller | undefined;
  mongod: string | undefined;
  postgresql: ServerAndInstaller | undefined;
}

function both(server: string | undefined, install: string | undefined): ServerAndInstaller | undefined {
  return server === undefined || install === undefined ? undefined : { server, install };
}

// Debian installs each version of PostgreSQL in a folder of its own outside of PATH. The newest comes first.
const postgresqlFolders = (): string[] =>
  globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));

export const findServerPrograms = (): ServerPrograms => ({
  // Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq, who may not write to our data folder.
  rabbitmq: which('rabbitmq-server', ['/usr/lib/rabbitmq/bin']),
  redis: which('redis-server') ?? which('valkey-server'),
  nats: which('nats-server'),
  mariadb: both(which('mariadbd'), which('mariadb-install-db')),
  mongod: findMongod(),
  postgresql: both(which('postgres', postgresqlFolders()), which('initdb', postgresqlFolders())),
});

interface Source {
  program: keyof ServerPrograms;
  /** Debian packages, and the systemd units that they would start. Debian has no package of MongoDB. */
  packages: string[];
  units: string[];
  /** Tells the user how to provide the server. */
  advice: string;
}

const SOURCES: Record<UrlServerName, Source> = {
  rabbitmq: {
    program: 'rabbitmq',
    packages: ['rabbitmq-server'],
    units: ['rabbitmq-server.service', 'epmd.socket', 'epmd.service'],
    advice: 'RabbitMQ: install rabbitmq-server, or set RABBITMQ_URL',
  },
  redis: {
    program: 'redis',
    packages: ['redis-server'],
    units: ['redis-server.service'],
    advice: 'Redis: install redis-server, or set REDIS_URL',
  },
  nats: {
    program: 'nats',
    packages: ['nats-server'],
    units: ['nats-server.service'],
    advice: 'NATS: install nats-server, or set NATS_URL',
  },
  mysql: {
    program: 'mariadb',
    packages: ['mariadb-server'],
    units: ['mariadb.service'],
    advice: 'MySQL: install mariadb-server, or set MYSQL_URL',
  },
  mongodb: {
    program: 'mongod',
    packages: [],
    units: [],
    advice: 'MongoDB: install mongod, set MONGOD_PATH or MONGODB_URL, or use --blobs sqlite',
  },
  postgresql: {
    program: 'postgresql',
    packages: ['postgresql'],
    units: ['postgresql.service'],
    advice: 'PostgreSQL: install postgresql, or set POSTGRESQL_URL',
  },
};

/** The sources of those wanted servers that have no program on this machine. */
export const missingSources = (wanted: readonly UrlServerName[], programs: ServerPrograms): Source[] =>
  wanted.map((name) => SOURCES[name]).filter(({ program }) => programs[program] === undefined);
