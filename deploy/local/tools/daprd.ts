import { homedir } from 'node:os';
import path from 'node:path';
import { waitForLock } from '../../../services/shared/runtime/lock.ts';
import { cacheDir } from '../../process/cache-dir.ts';
import { type Report, run } from '../../process/run.ts';
import { isExecutable, which } from '../../process/which.ts';
import { buildDaprd } from './build-daprd.ts';
import { archiveFor, downloadDaprd, releasesFromEnv } from './download-daprd.ts';
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

/** Whether ensureDaprd() has to download or build daprd. It does so as well where the installed one is too old. */
export const lacksDaprd = (): boolean =>
  !process.env.DAPRD_PATH &&
  ![...installed(), cached()].some((file) => file !== undefined && isExecutable(file));

/**
 * Finds daprd, the Dapr sidecar. If none is installed, it downloads the release for this machine, and builds it from its unmodified
 * source where that cannot be reached. Either is kept for all checkouts of this user.
 * @throws with instructions if it can neither be found nor downloaded nor built
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
  const file = cached();
  if (isExecutable(file)) return file;
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is fetching or building daprd; waiting for it …`);
  const release = await waitForLock(`${file}.lock`, onWait, signal);
  try {
    if (!isExecutable(file)) await obtain(file, { repoRoot, report, signal });
    return file;
  } finally {
    release();
  }
}

type Obtain = { repoRoot: string; report: Report; signal: AbortSignal };

/** Downloads daprd, or else builds it. */
async function obtain(file: string, { repoRoot, report, signal }: Obtain): Promise<void> {
  const releases = releasesFromEnv();
  const archive = archiveFor(process.platform, process.arch);
  if (releases !== undefined && archive !== undefined) {
    try {
      report(`Downloading daprd ${version}, which is needed once …`);
      await downloadDaprd({ releases, version, archive, file, report, signal });
      return report(`Downloaded daprd ${version}: ${file}`);
    } catch (error) {
      signal.throwIfAborted();
      report(`daprd cannot be downloaded: ${explain(error)}`);
    }
  }
  const go = findGo();
  if (go === undefined) {
    throw new Error(
      'daprd (the Dapr sidecar) is missing: install the Dapr CLI and run `dapr init --slim`, or set DAPRD_PATH to a daprd, or install Go 1.26 or newer to build it.',
    );
  }
  const folder = path.join(repoRoot, 'deploy', 'local', 'daprd');
  await buildDaprd(go, { folder, file, version, report, signal });
  report(`Built daprd ${version}: ${file}`);
}

/** `fetch failed` says little: its cause names the host that is missing. */
const explain = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
};
