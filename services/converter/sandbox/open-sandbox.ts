import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createSandbox, type SandboxParts } from './confined.ts';
import { noSandbox } from './no-sandbox.ts';
import { findProgram, isIn, readablePaths } from './readable-paths.ts';
import type { Sandbox, Tool } from './sandbox.ts';

export type SandboxMode = 'required' | 'auto' | 'off';

export interface OpenSandboxOptions {
  mode: SandboxMode;
  /** ffmpeg and ffprobe, by path or by name. */
  tools: readonly string[];
  /** Other files and folders that the tools may read. */
  readable?: readonly string[];
  /** A folder of the spool, to try the tools in: it lies where they will work. */
  folder: string;
  launcher?: string;
  bwrap?: string;
  /** Whether this is process 1, to which the processes of others fall when their parents end. */
  isInit?: boolean;
}

export interface OpenedSandbox {
  sandbox: Sandbox;
  /** Why layers are missing: one sentence for each set of layers that was tried in vain. */
  missing: readonly string[];
}

export const LAUNCHER = fileURLToPath(new URL('./bin/confine', import.meta.url));
const TRY_SECONDS = 30;
const kernel = z.object({ landlock: z.int().nonnegative(), seccomp: z.boolean() });

/** A machine may be too busy once. */
const TRIES = 2;

interface Candidate {
  what: string;
  parts: SandboxParts;
}

/**
 * Returns the strongest sandbox in which all tools start here: `tryTool` throws where one does not. Throws where the sandbox
 * would show the spool. Throws, with what to do, where it is required and there is none: it has to hide files, by namespaces or
 * Landlock, and to filter system calls.
 */
export async function openSandbox(
  options: OpenSandboxOptions,
  tryTool: (tool: Tool, folder: string) => Promise<unknown>,
): Promise<OpenedSandbox> {
  if (options.mode === 'off') return { sandbox: noSandbox, missing: [] };
  await requireHidden(options);
  const missing: string[] = [];
  const all = await candidates(options, missing);
  for (const { what, parts } of all.filter(({ parts }) => options.mode === 'auto' || hidesFiles(parts))) {
    const found = await tryParts(parts, (tool) => tryTool(tool, options.folder));
    if (!(found instanceof Error)) return { sandbox: found, missing };
    missing.push(`${what}: ${found.message}`);
  }
  if (options.mode === 'required') throw new Error(refusal(missing));
  return { sandbox: noSandbox, missing };
}

const hidesFiles = ({ bwrap, landlock }: SandboxParts): boolean => bwrap !== undefined || landlock > 0;

async function tryParts(
  parts: SandboxParts,
  tryTool: (tool: Tool) => Promise<unknown>,
): Promise<Sandbox | Error> {
  for (let tries = 1; ; tries += 1) {
    try {
      const sandbox = createSandbox(parts);
      for (const path of parts.tools) await tryTool({ path, sandbox });
      return sandbox;
    } catch (error) {
      if (tries === TRIES) return error as Error;
    }
  }
}

/** Throws where a run could read the folders of the other ones. */
async function requireHidden({ tools, readable = [], folder }: OpenSandboxOptions): Promise<void> {
  const programs = tools.flatMap((tool) => programOrUndefined(tool) ?? []);
  const spool = await realpath(folder);
  const shown = readablePaths(programs, readable).paths.find((path) => isIn(path, spool));
  if (shown !== undefined)
    throw new Error(
      `SPOOL_DIR lies in ${shown}, which every run of ffmpeg may read: one film could read another`,
    );
}

/** The sets of layers that may work here, the strongest one first. Adds to `missing` why others cannot. */
async function candidates(
  {
    tools,
    readable = [],
    launcher = LAUNCHER,
    bwrap = 'bwrap',
    isInit = process.pid === 1,
  }: OpenSandboxOptions,
  missing: string[],
): Promise<Candidate[]> {
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
  const path = isInit ? undefined : programOrUndefined(bwrap);
  if (isInit) missing.push(INIT);
  else if (path === undefined) missing.push('bubblewrap is not installed, so there are no namespaces');
  const all: Candidate[] = [
    { what: 'namespaces with Landlock', parts: { ...base, bwrap: path } },
    { what: 'Landlock', parts: base },
    { what: 'namespaces', parts: { ...base, bwrap: path, landlock: 0 } },
    { what: 'system calls and limits', parts: { ...base, landlock: 0 } },
  ];
  return all.filter(
    ({ what, parts }) =>
      what.startsWith('namespaces') === (parts.bwrap !== undefined) &&
      what.includes('Landlock') === parts.landlock > 0,
  );
}

/** bwrap ends before the process that it has started: that one falls to process 1, and Node reaps only what it has started. */
const INIT =
  'the converter is process 1, which would have to reap what bubblewrap leaves: an init process as process 1 allows namespaces';

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
