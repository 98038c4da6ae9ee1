import { lstat, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** The disk has no room for what is to be written. */
export class DiskFull extends Error {}

/** Whether a write failed because the disk, or the share of this user, is full. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof DiskFull ||
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');

/**
 * Private folders for work on large files. Their path is `<root>/<process id>/<folder>`, so that those of dead processes can be
 * recognized.
 */
export interface Spool {
  /** Removes the folders of dead processes, and of an earlier process that had the same id. */
  prepare(): Promise<void>;
  /**
   * Runs `work` with a new folder that only this user can read, and removes it afterwards.
   * Throws {@link DiskFull} where there is no room for that many bytes.
   */
  use<T>(bytes: number, work: (folder: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @param root the folder SPOOL_DIR, which is created where it does not exist */
export function createSpool(root: string, pid = process.pid): Spool {
  const ownFolder = join(root, String(pid));
  const remove = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 3 });

  return {
    async prepare() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const found = await lstat(root);
      // The default root is in a folder that every user of the machine can write to.
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
      await mkdir(ownFolder, { recursive: true, mode: 0o700 });
      // Without this check, a video that does not fit would fill the disk and break the work that is under way.
      const { bavail, bsize } = await statfs(ownFolder);
      if (bavail * bsize < bytes) throw new DiskFull(`the spool has no room for ${bytes} bytes`);
      const folder = await mkdtemp(join(ownFolder, 'work-'));
      try {
        return await work(folder);
      } finally {
        await remove(folder);
      }
    },

    close: () => remove(ownFolder),
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
