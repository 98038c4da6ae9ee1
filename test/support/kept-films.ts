import { createHash, randomUUID } from 'node:crypto';
import { constants, readdirSync, rmSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { which } from '../../deploy/process/which.ts';

/** Films that ffmpeg has made for tests, in this run or an earlier one. */
export const keptFilms = resolve(import.meta.dirname, '../../.data/test-films');

/** Larger films are made again, so that the folder stays small. */
const LARGEST_BYTES = 100e6;
/** Films that no test has used for this long are removed. */
const UNUSED_MS = 7 * 24 * 3600_000;

/**
 * Puts a film at `path`: a copy of the one that was kept for the same recipe, or else what `make` makes there, which is then kept.
 * A test may change its copy. Several processes may do this at the same time.
 * @param recipe all that the film depends on beside ffmpeg itself
 */
export async function makeOrCopy(
  path: string,
  recipe: string,
  make: () => Promise<unknown>,
  folder = keptFilms,
): Promise<void> {
  const key = createHash('sha256').update(`${ffmpegIdentity()}\n${recipe}`).digest('hex');
  const kept = join(folder, key);
  if (await copied(kept, path)) return;
  await make();
  if ((await stat(path)).size > LARGEST_BYTES) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, randomUUID());
  try {
    await copyFile(path, unfinished);
    await rename(unfinished, kept);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Copies a kept film and notes that it is used. Returns whether there is one. */
async function copied(kept: string, path: string): Promise<boolean> {
  try {
    await copyFile(kept, path, constants.COPYFILE_FICLONE);
    await utimes(kept, new Date(), new Date());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Removes the films that no test has used for a week, and what a killed process has left half written. */
export function removeUnusedFilms(folder = keptFilms, now = Date.now()): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const { mtimeMs = now } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (now - mtimeMs > UNUSED_MS) rmSync(path, { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

let identity: string | undefined;

/** Another ffmpeg makes other films. Its path, size and date tell which one it is. */
function ffmpegIdentity(): string {
  if (identity === undefined) {
    const path = which('ffmpeg');
    const { size, mtimeMs } = statSync(path ?? '', { throwIfNoEntry: false }) ?? {};
    identity = JSON.stringify([path, size, mtimeMs]);
  }
  return identity;
}
