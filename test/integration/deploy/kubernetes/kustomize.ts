import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildGo } from '../../../../deploy/local/tools/build-go.ts';
import { findGo } from '../../../../deploy/local/tools/go.ts';
import { cacheDir } from '../../../../deploy/process/cache-dir.ts';
import { type Report, run } from '../../../../deploy/process/run.ts';
import { isExecutable, which } from '../../../../deploy/process/which.ts';

const VERSION = '5.7.1';

export interface KustomizeOptions {
  report: Report;
  signal: AbortSignal;
}

/** A command that renders a folder, whose path is appended to it. */
export type Kustomize = readonly [string, ...string[]];

/** Kustomize is not installed, and cannot be built. */
export class NoKustomize extends Error {}

/**
 * Finds kustomize 5: in kubectl, or installed, or else built from its unmodified source and cached (half a minute). Throws
 * {@link NoKustomize}.
 */
export async function ensureKustomize({ report, signal }: KustomizeOptions): Promise<Kustomize> {
  const kubectl = which('kubectl');
  const kustomize = which('kustomize');
  const outputOf = (file: string, args: string[]): Promise<string> =>
    run(file, args, { what: `${file} ${args.join(' ')}`, report, signal, timeoutMs: 60_000 }).catch(() => '');
  if (kubectl && /kustomize version: v5\./i.test(await outputOf(kubectl, ['version', '--client'])))
    return [kubectl, 'kustomize'];
  if (kustomize && /\bv5\./.test(await outputOf(kustomize, ['version']))) return [kustomize, 'build'];
  signal.throwIfAborted();
  const file = path.join(cacheDir(), `kustomize-${VERSION}`);
  if (isExecutable(file)) return [file, 'build'];
  const go = findGo();
  if (go === undefined)
    throw new NoKustomize('Kustomize 5 is missing: install kubectl 1.27 or newer, kustomize 5, or Go 1.26.');
  const folder = path.join(import.meta.dirname, 'kustomize');
  const program = {
    what: `kustomize ${VERSION}`,
    folder,
    package: 'sigs.k8s.io/kustomize/kustomize/v5',
    file,
  };
  await buildGo(go, program, report, signal);
  return [file, 'build'];
}

/** Renders a folder with a kustomization.yaml, and returns the YAML. */
export async function render(
  [command, ...args]: Kustomize,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const options = { signal, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
  const { stdout } = await promisify(execFile)(command, [...args, folder], options);
  return stdout;
}
