import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createSandbox, type SandboxParts } from './confined.ts';
import { noSandbox } from './no-sandbox.ts';
import { findProgram } from './readable-paths.ts';
import type { Sandbox, Tool } from './sandbox.ts';

export type SandboxMode = 'required' | 'auto' | 'off';

export interface OpenSandboxOptions {
  mode: SandboxMode;
  /** ffmpeg and ffprobe, by path or by name. */
  tools: readonly string[];
  /** Other files and folders that the tools may read. */
  readable?: readonly string[];
  launcher?: string;
  bwrap?: string;
}

export interface OpenedSandbox {
  sandbox: Sandbox;
  /** Why layers are missing: one sentence for each set of layers that was tried in vain. */
  missing: readonly string[];
}

export const LAUNCHER = fileURLToPath(new URL('./bin/confine', import.meta.url));
const TRY_SECONDS = 30;
const kernel = z.object({ landlock: z.int().nonnegative(), seccomp: z.boolean() });

/**
 * Returns the strongest sandbox in which all tools start here: `tryTool` throws where one does not. Throws, with what to do, where it is required and there is none:
 * it has to hide files, by namespaces or Landlock, and to filter system calls.
 */
export async function openSandbox(
  options: OpenSandboxOptions,
  tryTool: (tool: Tool) => Promise<unknown>,
): Promise<OpenedSandbox> {
  if (options.mode === 'off') return { sandbox: noSandbox, missing: [] };
  const missing: string[] = [];
  for (const candidate of await candidates(options, missing)) {
    const [what, parts] = candidate;
    try {
      const sandbox = createSandbox(parts);
      for (const path of parts.tools) await tryTool({ path, sandbox });
      return { sandbox, missing };
    } catch (error) {
      missing.push(`${what}: ${(error as Error).message}`);
    }
  }
  if (options.mode === 'required') throw new Error(refusal(missing));
  return { sandbox: noSandbox, missing };
}

/** The sets of layers that may work here, the strongest one first. Adds to `missing` why others cannot. */
async function candidates(
  { tools, readable = [], launcher = LAUNCHER, bwrap = 'bwrap' }: OpenSandboxOptions,
  missing: string[],
): Promise<[what: string, parts: SandboxParts][]> {
  const found = await promisify(execFile)(launcher, ['--check'], { timeout: TRY_SECONDS * 1000 }).then(
    ({ stdout }) => kernel.parse(JSON.parse(stdout)),
    (error: Error) => error,
  );
  if (found instanceof Error) {
    missing.push(`the launcher cannot be run: ${found.message}`);
    return [];
  }
  if (!found.seccomp) missing.push('the kernel has no seccomp');
  if (found.landlock === 0) missing.push('the kernel has no Landlock, or it is not enabled');
  if (!found.seccomp) return [];
  const base = { launcher, tools, readable, landlock: found.landlock };
  const path = programOrUndefined(bwrap);
  if (path === undefined) missing.push('bubblewrap is not installed, so there are no namespaces');
  const all: [string, SandboxParts, boolean][] = [
    ['namespaces with Landlock', { ...base, bwrap: path }, path !== undefined && base.landlock > 0],
    ['Landlock', base, base.landlock > 0],
    ['namespaces', { ...base, bwrap: path, landlock: 0 }, path !== undefined],
  ];
  return all.filter(([, , isPossible]) => isPossible).map(([what, parts]) => [what, parts]);
}

function programOrUndefined(command: string): string | undefined {
  try {
    return findProgram(command);
  } catch {
    return undefined;
  }
}

const refusal = (missing: readonly string[]): string =>
  [
    'SANDBOX is required, but ffmpeg and ffprobe cannot be confined here:',
    ...missing.map((reason) => `  - ${reason}`),
    'What helps: a kernel with Landlock (Linux 5.13 or newer, `landlock` in /sys/kernel/security/lsm), or the package bubblewrap',
    'and permission to make user namespaces; `npm run setup`, which builds the launcher; and SANDBOX_READ, which names folders',
    'that the tools need beside the libraries of the system. SANDBOX=auto starts with less, and SANDBOX=off without.',
  ].join('\n');
