import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ensureLauncher } from '../../../../deploy/local/tools/launcher.ts';
import { which } from '../../../../deploy/process/which.ts';
import { createSandbox, type SandboxParts } from '../../../../services/converter/sandbox/confined.ts';
import { LAUNCHER } from '../../../../services/converter/sandbox/open-sandbox.ts';
import type { Sandbox } from '../../../../services/converter/sandbox/sandbox.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

/** What is put round files. */
const KINDS = ['namespaces and Landlock', 'Landlock', 'namespaces', 'system calls and limits'] as const;
export type SandboxKind = (typeof KINDS)[number];

export interface SandboxRow {
  name: SandboxKind;
  /** Why this machine cannot have it, or false. A test that is left out has to say so. */
  skip: string | false;
  /** Undefined where this machine cannot have it. */
  sandbox?: Sandbox;
}

/** Returns a row of a table of tests for each kind of sandbox, the strongest one first. */
export async function sandboxRows(tools: readonly string[], signal: AbortSignal): Promise<SandboxRow[]> {
  const launcher = await ensureLauncher(root, () => undefined, signal);
  const missing = launcher === undefined ? undefined : whatIsMissing(launcher);
  return KINDS.map((name) => {
    const reasons = missing?.filter((reason) => reason.of.some((part) => has(name, part)));
    const skip = reasons ? reasons.map(({ why }) => why).join() || false : 'there is no launcher, and no Go';
    return { name, skip, ...(!skip && { sandbox: createSandbox({ ...partsOf(name), tools }) }) };
  });
}

/** The parts of a sandbox of this kind, without its tools. */
export const partsOf = (name: SandboxKind): Omit<SandboxParts, 'tools'> => ({
  ...{ launcher: LAUNCHER, readable: [] },
  ...(has(name, 'namespaces') && { bwrap: 'bwrap' }),
  landlock: has(name, 'Landlock') ? 1 : 0,
});

const has = (name: SandboxKind, part: string): boolean => name.includes(part);

function whatIsMissing(launcher: string): { of: string[]; why: string }[] {
  const { landlock, seccomp } = JSON.parse(execFileSync(launcher, ['--check'], { encoding: 'utf8' }));
  return [
    ...(seccomp ? [] : [{ of: [''], why: 'the kernel has no seccomp' }]),
    ...(landlock > 0 ? [] : [{ of: ['Landlock'], why: 'the kernel has no Landlock' }]),
    ...(hasNamespaces() ? [] : [{ of: ['namespaces'], why: 'bwrap is missing, or may make no namespaces' }]),
  ];
}

function hasNamespaces(): boolean {
  const bwrap = which('bwrap');
  if (bwrap === undefined) return false;
  try {
    execFileSync(bwrap, ['--unshare-user', '--unshare-pid', '--ro-bind', '/', '/', 'true'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
