import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../process/cache-dir.ts';
import type { Report } from '../../process/run.ts';
import { isExecutable } from '../../process/which.ts';
import { buildGo } from './build-go.ts';
import { findGo } from './go.ts';

const SANDBOX = path.join('services', 'converter', 'sandbox');

/** Where the converter looks for the launcher of its sandbox. */
export const launcherPath = (repoRoot: string): string => path.join(repoRoot, SANDBOX, 'bin', 'confine');

/**
 * Builds the launcher of the converter's sandbox, once for each state of its source, and puts it where the converter looks for
 * it. Returns its path, or undefined where there is neither a launcher nor Go to build it, and outside Linux, where the kernel
 * has none of what it uses.
 * @throws where the build fails
 */
export async function ensureLauncher(
  repoRoot: string,
  report: Report,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const folder = path.join(repoRoot, SANDBOX, 'launcher');
  const file = launcherPath(repoRoot);
  const built = path.join(cacheDir(), `confine-${hashOf(folder)}`);
  if (!isExecutable(built)) {
    const go = findGo();
    if (go === undefined) return isExecutable(file) ? file : undefined;
    await buildGo(
      go,
      { what: 'the launcher of the sandbox', folder, package: '.', file: built },
      report,
      signal,
    );
  }
  if (!isSame(built, file)) install(built, file);
  return file;
}

/** A hash of the sources, so that a change of them is built anew. */
function hashOf(folder: string): string {
  const hash = createHash('sha256').update(process.arch);
  const names = readdirSync(folder).filter((name) => name.endsWith('.go') || name.startsWith('go.'));
  for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

const isSame = (built: string, file: string): boolean =>
  isExecutable(file) && readFileSync(built).equals(readFileSync(file));

/** Replaces the file as a whole: a converter may be running the old one. */
function install(built: string, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  try {
    copyFileSync(built, unfinished);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
