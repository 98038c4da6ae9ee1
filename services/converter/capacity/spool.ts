import { lstat, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskFull } from '../failure.ts';

/** Private folders for attempts: `<root>/<pid of the instance>/<attempt>`, so that the folders of dead instances can be recognized. */
export interface Spool {
  /** Removes the folders of dead instances, and of an earlier instance with the same process id. */
  prepare(): Promise<void>;
  /** The folder exists while `work` runs, for this user alone. Throws {@link DiskFull} where there is no room for so many bytes. */
  use<T>(bytes: number, work: (folder: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function createSpool(root: string, pid = process.pid): Spool {
  const own = join(root, String(pid));
  const remove = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 3 });

  return {
    async prepare() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const found = await lstat(root);
      // The default is in a folder that every user of the machine can write to.
      if (!found.isDirectory() || found.uid !== process.getuid?.()) {
        throw new Error(`SPOOL_DIR ${root} does not belong to the user of this process`);
      }
      for (const name of await readdir(root)) {
        if (/^\d+$/.test(name) && (Number(name) === pid || !isAlive(Number(name)))) {
          await remove(join(root, name));
        }
      }
    },

    async use(bytes, work) {
      await mkdir(own, { recursive: true, mode: 0o700 });
      // Without this check, a video that does not fit would fill the disk and break the running conversions.
      const { bavail, bsize } = await statfs(own);
      if (bavail * bsize < bytes) throw new DiskFull(`the spool has no room for ${bytes} bytes`);
      const folder = await mkdtemp(join(own, 'attempt-'));
      try {
        return await work(folder);
      } finally {
        await remove(folder);
      }
    },

    close: () => remove(own),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
