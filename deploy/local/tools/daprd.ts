import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { waitForLock } from '../../process/lock.ts';
import { type Report, run } from '../../process/run.ts';
import { cacheDir, find, isProgram } from '../../process/which.ts';

const version = '1.18.2';
const oldest = [1, 16] as const;

/** Whether `daprd --version` is one whose flags and components we use. */
export function isRecent(text: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return /edge/.test(text);
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}

async function usable(file: string, report: Report, signal: AbortSignal): Promise<boolean> {
  const said = await run(file, ['--version'], {
    what: `${file} --version`,
    report,
    signal,
    timeoutMs: 20_000,
  }).catch(() => 'no version');
  if (isRecent(said)) return true;
  report(`Ignoring ${file}: it says ${said.trim()}, and ${oldest.join('.')} or newer is needed.`);
  return false;
}

/** The Dapr sidecar: the one installed, else one built from its unmodified source and cached. */
export async function ensureDaprd(repoRoot: string, report: Report, signal: AbortSignal): Promise<string> {
  const chosen = process.env.DAPRD_PATH;
  if (chosen !== undefined && chosen !== '') {
    if (isProgram(chosen)) return chosen;
    throw new Error(`DAPRD_PATH is ${chosen}, which is not a program. Correct it or unset it.`);
  }
  for (const file of [find('daprd'), path.join(homedir(), '.dapr', 'bin', 'daprd')]) {
    if (file !== undefined && isProgram(file) && (await usable(file, report, signal))) return file;
  }
  const cached = path.join(cacheDir(), `daprd-${version}`);
  if (isProgram(cached)) return cached;
  const go = find('go', ['/usr/local/go/bin']);
  if (go === undefined) {
    throw new Error(
      'daprd (the Dapr sidecar) is missing: install the Dapr CLI and run `dapr init --slim`, or name a daprd with DAPRD_PATH, or install Go 1.26 or newer so that it can be built.',
    );
  }
  return build(go, cached, path.join(repoRoot, 'deploy', 'local', 'daprd'), report, signal);
}

async function build(
  go: string,
  file: string,
  module: string,
  report: Report,
  signal: AbortSignal,
): Promise<string> {
  mkdirSync(path.dirname(file), { recursive: true });
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is building daprd; waiting for it …`);
  const release = await waitForLock(`${file}.lock`, onWait, signal);
  const unfinished = `${file}.${process.pid}`;
  try {
    if (isProgram(file)) return file;
    report(`Building daprd ${version} from source, once (4 to 10 minutes on 2 cores) …`);
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
      // `go: downloading …` for each module, then one line a package: about 4,300 in all.
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
