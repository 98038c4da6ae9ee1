import { existsSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What will be written to a folder, which need not exist yet. */
export interface SpaceNeed {
  folder: string;
  bytes: number;
  /** What it is, for the message: `databases and films of the test systems`. */
  what: string;
}

/** A file system, as far as this program may write to it. */
export interface FileSystem {
  /** The same for all folders of one file system. */
  id: number;
  /** Infinity where the file system does not say how large it is. */
  freeBytes: number;
}

/**
 * Whether the free space is looked at, by the variable CHECK_DISK. What is needed is an estimate, and some file systems do not tell the truth.
 * @throws where the variable is neither `true` nor `false`
 */
export function checksDisk(env: NodeJS.ProcessEnv = process.env): boolean {
  const chosen = env.CHECK_DISK || 'true';
  if (chosen !== 'true' && chosen !== 'false')
    throw new Error(`CHECK_DISK is ${chosen}; it must be true or false.`);
  return chosen === 'true';
}

/** The file system of a folder, or of the folder in which it will be created. */
export function fileSystemOf(folder: string): FileSystem {
  const resolved = path.resolve(folder);
  if (!existsSync(resolved) && path.dirname(resolved) !== resolved)
    return fileSystemOf(path.dirname(resolved));
  return { id: statSync(resolved).dev, freeBytes: freeBytesIn(statfsSync(resolved)) };
}

/** Some file systems of networks and sandboxes have no size: all counts are 0. */
export const freeBytesIn = ({
  blocks,
  bavail,
  bsize,
}: Pick<StatsFs, 'blocks' | 'bavail' | 'bsize'>): number =>
  blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;

export const freeBytes = (folder: string): number => fileSystemOf(folder).freeBytes;

/** `4,200 MB` */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;

/**
 * Adds up what is needed on each file system, and returns one sentence for each that has less than that. It names the
 * folders, what is free and what is needed.
 */
export function findShortages(
  needs: readonly SpaceNeed[],
  lookUp: (folder: string) => FileSystem = fileSystemOf,
): string[] {
  const found = needs.map((need) => ({ need, fileSystem: lookUp(need.folder) }));
  const byFileSystem = Map.groupBy(found, ({ fileSystem }) => fileSystem.id);
  return [...byFileSystem.values()].flatMap((group) => {
    const free = Math.min(...group.map(({ fileSystem }) => fileSystem.freeBytes));
    const needed = group.reduce((sum, { need }) => sum + need.bytes, 0);
    if (free >= needed) return [];
    const parts = group.map(
      ({ need: { folder, bytes, what } }) => `${folder} needs ${megabytes(bytes)} (${what})`,
    );
    const total = group.length > 1 ? `, together ${megabytes(needed)}` : '';
    return [`${parts.join(', ')}${total}, but only ${megabytes(free)} are free there.`];
  });
}

/** Does nothing where checksDisk() says no. @throws with the sentences of findShortages() */
export function requireSpace(needs: readonly SpaceNeed[]): void {
  if (!checksDisk()) return;
  const shortages = findShortages(needs);
  if (shortages.length > 0)
    throw new Error(
      `The disk has too little space: ${shortages.join(' ')} Delete files, and try again. CHECK_DISK=false starts without this check.`,
    );
}
