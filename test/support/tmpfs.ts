import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mountPoints } from '../../deploy/process/mounts.ts';

const run = promisify(execFile);
const FILLER = 'filler';

/** A small disk that can be filled. */
export interface Tmpfs {
  path: string;
  /** Writes a file until the disk is full. */
  fill(): Promise<void>;
  /** Removes that file. */
  empty(): Promise<void>;
  unmount(): Promise<void>;
}

/** Returns undefined if this process may not mount: only root can, and not even root in most containers. */
export async function mountTmpfs(path: string, mebibytes: number): Promise<Tmpfs | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'mp3converter-chaos', path]);
  } catch {
    return undefined;
  }
  return {
    path,
    async fill() {
      const block = Buffer.alloc(1024 * 1024);
      const file = await open(join(path, FILLER), 'w');
      try {
        for (;;) await file.writeFile(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(join(path, FILLER), { force: true }),
    unmount: () => unmount(path),
  };
}

async function unmount(path: string): Promise<void> {
  // A lazy unmount does not fail for files that are still open.
  if (mountPoints().includes(path)) await run('umount', ['--lazy', path]);
}
