import { globSync } from 'node:fs';
import { find } from '../../process/which.ts';
import type { ServerName } from '../servers/types.ts';
import { findMongod } from './mongod.ts';

/** A server program and the one that prepares its data folder. */
export interface TwoPrograms {
  server: string;
  install: string;
}

/** Paths of server programs. One that is undefined runs in Docker, unless it is given by URL or not needed. */
export interface ServerPrograms {
  rabbitmq: string | undefined;
  redis: string | undefined;
  nats: string | undefined;
  mariadb: TwoPrograms | undefined;
  mongod: string | undefined;
  postgresql: TwoPrograms | undefined;
}

function both(server: string | undefined, install: string | undefined): TwoPrograms | undefined {
  return server === undefined || install === undefined ? undefined : { server, install };
}

// Debian keeps each version of PostgreSQL in a folder of its own, out of PATH.
const postgresqlFolders = (): string[] =>
  globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));

export const findServers = (): ServerPrograms => ({
  // Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq, who may not write to our folder.
  rabbitmq: find('rabbitmq-server', ['/usr/lib/rabbitmq/bin']),
  redis: find('redis-server') ?? find('valkey-server'),
  nats: find('nats-server'),
  mariadb: both(find('mariadbd'), find('mariadb-install-db')),
  mongod: findMongod(),
  postgresql: both(find('postgres', postgresqlFolders()), find('initdb', postgresqlFolders())),
});

/** Servers with programs of their own; the mail sink comes with npm. */
export type ProgramServer = Exclude<ServerName, 'mail'>;

interface Source {
  program: keyof ServerPrograms;
  /** Debian packages, and the units that they would start. MongoDB is none. */
  packages: string[];
  units: string[];
  /** What a user can do where nothing can be installed. */
  advice: string;
}

const SOURCES: Record<ProgramServer, Source> = {
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

/** Where to get what is wanted and not there. */
export const missingOf = (wanted: readonly ProgramServer[], programs: ServerPrograms): Source[] =>
  wanted.map((name) => SOURCES[name]).filter(({ program }) => programs[program] === undefined);
