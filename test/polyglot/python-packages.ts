import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../deploy/process/cache-dir.ts';
import { type Report, run } from '../../deploy/process/run.ts';
import { which } from '../../deploy/process/which.ts';
import { waitForLock } from '../../services/shared/runtime/lock.ts';
import { makePrivateDir } from '../../services/shared/runtime/private-files.ts';

const PIP = ['-m', 'pip', 'install', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check'];
/** Prints the ABI of the interpreter for compiled packages, such as `cpython-311-x86_64-linux-gnu`. */
const ABI = 'import sysconfig; print(sysconfig.get_config_var("SOABI"))';

export interface Python {
  program: string;
  /** A folder for PYTHONPATH. */
  packages: string;
}

/**
 * Finds Python, and installs the packages of a requirements file in a folder of our own, once. Nothing else on the machine is
 * changed.
 */
export async function pythonWith(requirements: string, report: Report, signal: AbortSignal): Promise<Python> {
  const program = which('python3');
  if (program === undefined)
    throw new Error('Python is missing: install the packages python3 and python3-pip.');
  const { stdout: abi } = await promisify(execFile)(program, ['-c', ABI], { signal, timeout: 60_000 });
  const key = createHash('sha256').update(abi).update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const packages = join(makePrivateDir(cacheDir()), `python-${key}`);
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is installing Python packages; waiting for it …`);
  const release = await waitForLock(`${packages}.lock`, onWait, signal);
  const unfinished = mkdtempSync(`${packages}-`);
  try {
    if (!existsSync(packages)) {
      report('Installing Python packages for the tests, once (up to 120 MB) …');
      const options = { what: 'Installing Python packages', report, signal, timeoutMs: 5 * 60_000 };
      await run(program, [...PIP, '--target', unfinished, '-r', requirements], options).catch(
        (cause: Error) => {
          const hint = 'pip (Debian: python3-pip) gets them from PyPI, once. Is this machine offline?';
          throw new Error(`${cause.message}\n${hint}`, { cause });
        },
      );
      renameSync(unfinished, packages);
    }
    return { program, packages };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    release();
  }
}
