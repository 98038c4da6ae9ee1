import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ensureLauncher } from '../../../../deploy/local/tools/launcher.ts';
import { which } from '../../../../deploy/process/which.ts';
import { createSandbox } from '../../../../services/converter/sandbox/confined.ts';
import type { Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

/** Returns each sandbox that this machine can have for a tool, by the walls that it puts round files. */
export async function sandboxesFor(
  tools: readonly string[],
  signal: AbortSignal,
): Promise<[name: string, sandbox: Sandbox][]> {
  const launcher = await ensureLauncher(root, () => undefined, signal);
  if (launcher === undefined) return [];
  const { landlock } = JSON.parse(execFileSync(launcher, ['--check'], { encoding: 'utf8' }));
  const bwrap = hasNamespaces() ? which('bwrap') : undefined;
  const base = { launcher, tools, readable: [] };
  return [
    ...(bwrap && landlock > 0 ? [['namespaces and Landlock', { ...base, bwrap, landlock }] as const] : []),
    ...(landlock > 0 ? [['Landlock', { ...base, landlock }] as const] : []),
    ...(bwrap ? [['namespaces', { ...base, bwrap, landlock: 0 }] as const] : []),
  ].map(([name, parts]) => [name, createSandbox(parts)]);
}

function hasNamespaces(): boolean {
  try {
    execFileSync('bwrap', ['--unshare-user', '--unshare-pid', '--ro-bind', '/', '/', 'true'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
