import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { waitForLock } from '../../../services/shared/runtime/lock.ts';
import { cacheDir } from '../../process/cache-dir.ts';
import { type Report, run } from '../../process/run.ts';
import { isExecutable, which } from '../../process/which.ts';
import { findGo } from './go.ts';

const version = '1.18.2';
const oldest = [1, 16] as const;

/** Whether the output of `daprd --version` names a version that has the flags and components that we use. */
export function isRecent(text: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return /edge/.test(text);
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}

async function isUsable(file: string, report: Report, signal: AbortSignal): Promise<boolean> {
  const output = await run(file, ['--version'], {
    what: `${file} --version`,
    report,
    signal,
    timeoutMs: 20_000,
  }).catch(() => 'no version');
  if (isRecent(output)) return true;
  report(`Ignoring ${file}: its version is ${output.trim()}, but ${oldest.join('.')} or newer is needed.`);
  return false;
}

const cached = (): string => path.join(cacheDir(), `daprd-${version}`);
const installed = (): (string | undefined)[] => [
  which('daprd'),
  path.join(homedir(), '.dapr', 'bin', 'daprd'),
];

/** Whether ensureDaprd() will have to build daprd. It does so as well where the installed one is too old. */
export const mustBuildDaprd = (): boolean =>
  !process.env.DAPRD_PATH &&
  ![...installed(), cached()].some((file) => file !== undefined && isExecutable(file));

/**
 * Finds daprd, the Dapr sidecar. If none is installed, builds it from its unmodified source and caches it.
 * @throws with instructions if it can neither be found nor built
 */
export async function ensureDaprd(repoRoot: string, report: Report, signal: AbortSignal): Promise<string> {
  const chosen = process.env.DAPRD_PATH;
  if (chosen !== undefined && chosen !== '') {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`DAPRD_PATH is ${chosen}, which is not an executable file. Correct it or unset it.`);
  }
  for (const file of installed()) {
    if (file !== undefined && isExecutable(file) && (await isUsable(file, report, signal))) return file;
  }
  if (isExecutable(cached())) return cached();
  const go = findGo();
  if (go === undefined) {
    throw new Error(
      'daprd (the Dapr sidecar) is missing: install the Dapr CLI and run `dapr init --slim`, or set DAPRD_PATH to a daprd, or install Go 1.26 or newer to build it.',
    );
  }
  return build(go, {
    file: cached(),
    module: path.join(repoRoot, 'deploy', 'local', 'daprd'),
    report,
    signal,
  });
}

async function build(
  go: string,
  { file, module, report, signal }: { file: string; module: string; report: Report; signal: AbortSignal },
): Promise<string> {
  mkdirSync(path.dirname(file), { recursive: true });
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is building daprd; waiting for it …`);
  const release = await waitForLock(`${file}.lock`, onWait, signal);
  const unfinished = `${file}.${process.pid}`;
  try {
    if (isExecutable(file)) return file;
    report(`Building daprd ${version} from source, which is needed once (4 to 10 minutes on 2 cores) …`);
    const flags = `-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=${version}`;
    const args = [
      'build',
      '-v',
      '-tags',
      'allcomponents',
      '-trimpath',
      '-ldflags',
      flags,
      '-o',
      unfinished,
      'github.com/dapr/dapr/cmd/daprd',
    ];
    await run(go, args, {
      what: 'Building daprd',
      report,
      signal,
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0' },
      // Go prints one line for each downloaded module, then one for each package: about 4,300 in all.
      progress: (lines) => `${lines} modules and packages`,
      timeoutMs: 60 * 60_000,
    });
    renameSync(unfinished, file);
    report(`Built daprd ${version}: ${file}`);
    return file;
  } finally {
    rmSync(unfinished, { force: true });
    release();
  }
}
