import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything in a folder by path: kind, size, time of change and number of the file. Access does not change it. */
export type Snapshot = ReadonlyMap<string, string>;

/** @param except a folder directly below that is left out */
export async function snapshot(folder: string, except: string): Promise<Snapshot> {
  const found = new Map<string, string>();
  const look = async (path: string): Promise<void> => {
    for (const name of await readdir(path)) {
      const child = join(path, name);
      if (child === join(folder, except)) continue;
      const stats = await lstat(child, { bigint: true });
      // A folder that was looked at by mkdtemp and rm has another time, although nothing is in it.
      const state = stats.isDirectory()
        ? 'folder'
        : `${stats.mode} ${stats.size} ${stats.mtimeNs} ${stats.ino}`;
      found.set(child, state);
      if (stats.isDirectory()) await look(child);
    }
  };
  await look(folder);
  return found;
}

/** Returns the paths that are new, gone or different. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}
