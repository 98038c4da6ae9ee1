import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitForLock } from '../local/processes/lock.ts';
import { type Report, run } from '../local/processes/run.ts';
import { cacheDir, find, isProgram } from '../local/tools/find.ts';

const VERSION = '5.7.1';

export interface KustomizeOptions {
  report: Report;
  signal: AbortSignal;
}

/** A command that renders the folder that is added to it. */
export type Kustomize = readonly [string, ...string[]];

/** There is none, and none can be built. */
export class NoKustomize extends Error {}

/** Kustomize 5: kubectl's, the installed one, or one built from its unmodified source and cached (half a minute). Throws {@link NoKustomize}. */
export async function ensureKustomize({ report, signal }: KustomizeOptions): Promise<Kustomize> {
  const kubectl = find('kubectl');
  const kustomize = find('kustomize');
  const says = (file: string, args: string[]): Promise<string> =>
    run(file, args, { what: `${file} ${args.join(' ')}`, report, signal, timeoutMs: 20_000 }).catch(() => '');
  if (kubectl && /kustomize version: v5\./i.test(await says(kubectl, ['version', '--client'])))
    return [kubectl, 'kustomize'];
  if (kustomize && /\bv5\./.test(await says(kustomize, ['version']))) return [kustomize, 'build'];
  signal.throwIfAborted();
  const cached = path.join(cacheDir(), `kustomize-${VERSION}`);
  if (!isProgram(cached)) await build(cached, { report, signal });
  return [cached, 'build'];
}

async function build(file: string, { report, signal }: KustomizeOptions): Promise<void> {
  const go = find('go', ['/usr/local/go/bin']);
  if (go === undefined)
    throw new NoKustomize('Kustomize 5 is missing: install kubectl 1.27 or newer, kustomize 5, or Go 1.26.');
  mkdirSync(path.dirname(file), { recursive: true });
  const onWait = (holder: { pid: number }): void =>
    report(`Another run (pid ${holder.pid}) is building kustomize; waiting for it …`);
  const release = await waitForLock(`${file}.lock`, onWait, signal);
  const unfinished = `${file}.${process.pid}`;
  try {
    if (isProgram(file)) return;
    report(`Building kustomize ${VERSION} from source, once …`);
    const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', unfinished];
    await run(go, [...args, 'sigs.k8s.io/kustomize/kustomize/v5'], {
      what: 'Building kustomize',
      report,
      signal,
      cwd: path.join(import.meta.dirname, 'kustomize'),
      env: { ...process.env, CGO_ENABLED: '0' },
      timeoutMs: 10 * 60_000,
    });
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
    release();
  }
}

/** The YAML of a folder with a kustomization.yaml. */
export async function render(
  [command, ...args]: Kustomize,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const options = { signal, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
  const { stdout } = await promisify(execFile)(command, [...args, folder], options);
  return stdout;
}
