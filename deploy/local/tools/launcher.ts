import { createHash } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../process/cache-dir.ts';
import type { Report } from '../../process/run.ts';
import { isExecutable } from '../../process/which.ts';
import { buildGo } from './build-go.ts';
import { findGo } from './go.ts';

/** The folder of the launcher's source, in the repository. */
const SOURCE = 'services/converter/sandbox/launcher';
/** Where the converter looks for the launcher. */
const PROGRAM = 'services/converter/sandbox/bin/confine';

/**
 * Builds the launcher of the converter's sandbox, and puts it where the converter looks for it. It is built once for each state
 * of its source, and kept in the cache.
 *
 * Where that is not possible, it says what to do: the converter then starts without a sandbox, unless SANDBOX is `required`.
 * Where SANDBOX is `off`, it does nothing.
 * @throws where SANDBOX is `required` and the launcher cannot be had
 */
export async function ensureLauncher(repoRoot: string, report: Report, signal: AbortSignal): Promise<void> {
  const { SANDBOX } = process.env;
  if (SANDBOX === 'off') return;
  try {
    const built = await buildLauncher(path.join(repoRoot, SOURCE), report, signal);
    install(built, path.join(repoRoot, PROGRAM));
  } catch (cause) {
    signal.throwIfAborted();
    const { message } = cause as Error;
    if (SANDBOX === 'required') throw new Error(`SANDBOX is required. ${message}`, { cause });
    report(`ffmpeg may run without its sandbox (docs/troubleshooting.md). ${message}`);
  }
}

/** Returns the path of the launcher in the cache. */
async function buildLauncher(source: string, report: Report, signal: AbortSignal): Promise<string> {
  if (process.platform !== 'linux')
    throw new Error('The sandbox needs Linux. In Docker it has that: npm run compose -- up');
  const file = path.join(cacheDir(), `confine-${hashOf(source)}`);
  if (isExecutable(file)) return file;
  const go = findGo();
  if (go === undefined)
    throw new Error(
      'The launcher of the sandbox is built with Go, which is missing: install Go 1.26 or newer, and start again.',
    );
  const program = { what: 'the launcher of the sandbox', folder: source, package: '.', file };
  await buildGo(go, program, report, signal);
  return file;
}

/** A hash of all files of a Go module, with the processor that it is built for: a cache may lie on a shared disk. */
function hashOf(folder: string): string {
  const hash = createHash('sha256').update(process.arch);
  const files = globSync(['go.mod', 'go.sum', '**/*.go'], { cwd: folder }).toSorted();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(path.join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Copies a program unless it is there. A converter may be running the old one, which therefore is replaced and not changed. */
function install(from: string, to: string): void {
  if (isExecutable(to) && readFileSync(to).equals(readFileSync(from))) return;
  const unfinished = `${to}.${process.pid}.tmp`;
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    copyFileSync(from, unfinished);
    renameSync(unfinished, to);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
