import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mountPoints } from '../../deploy/process/mounts.ts';

const run = promisify(execFile);
const FILLER = 'filler';

/** A small disk of its own, which can be filled. */
export interface Tmpfs {
  path: string;
  fill(): Promise<void>;
  empty(): Promise<void>;
  unmount(): Promise<void>;
}

/** Undefined where this process may not mount: it is not root, or a container's root without the right to. */
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
  // Lazily: a file that somebody still holds open must not keep it.
  if (mountPoints().includes(path)) await run('umount', ['--lazy', path]);
}
