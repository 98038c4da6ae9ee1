import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { waitForLock } from '../../../services/shared/runtime/lock.ts';
import { type Report, run } from '../../process/run.ts';
import { isExecutable } from '../../process/which.ts';

export interface GoProgram {
  /** For messages. */
  what: string;
  /** The folder with its go.mod. */
  folder: string;
  /** `.`, or a package that go.mod requires. */
  package: string;
  /** Path of the program. If it exists, it is not built again. */
  file: string;
}

const BUILD_MS = 10 * 60_000;

/** Builds a static program once, even if several processes need it at the same time. */
export async function buildGo(
  go: string,
  { what, folder, package: name, file }: GoProgram,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (isExecutable(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  const onWait = ({ pid }: { pid: number }): void =>
    report(`Another run (pid ${pid}) is building ${what}; waiting for it …`);
  const release = await waitForLock(`${file}.lock`, onWait, signal);
  const unfinished = `${file}.${process.pid}`;
  try {
    if (isExecutable(file)) return;
    report(`Building ${what} from source, once …`);
    await run(
      go,
      ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', unfinished, name],
      {
        ...{ what: `Building ${what}`, report, signal, cwd: folder, timeoutMs: BUILD_MS },
        // Go prints one line for each downloaded module, then one for each package.
        progress: (lines) => `${lines} modules and packages`,
        env: { ...process.env, CGO_ENABLED: '0' },
      },
    );
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
    release();
  }
}
