import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { BOX_FOLDER, bubblewrap } from './bubblewrap.ts';
import { limitFlags } from './limits.ts';
import { findProgram, type ReadablePaths, readablePaths } from './readable-paths.ts';
import { type Confinement, LAYERS, type Layer, type Sandbox } from './sandbox.ts';

/** What a sandbox consists of. It always has a filter of system calls and limits. */
export interface SandboxParts {
  /** Path of the launcher. */
  launcher: string;
  /** Path of bwrap. Without it, there are no namespaces. */
  bwrap?: string | undefined;
  /** Version of the kernel's Landlock interface, or 0 for none. */
  landlock: number;
  /** The tools that are run, by path or by name. */
  tools: readonly string[];
  /** Other files and folders that the tools may read. */
  readable: readonly string[];
}

/** What is the same for each run of a tool. */
interface Box {
  /** Real path of the tool. */
  program: string;
  wrap: ReturnType<typeof bubblewrap> | undefined;
  /** Flags of the launcher. */
  readable: readonly string[];
}

const DEVICES = ['/dev/null', '/dev/urandom'];

/** Returns a sandbox of these parts. Does not try whether they work here. Throws where a tool is missing. */
export function createSandbox({ launcher, bwrap, landlock, tools, readable }: SandboxParts): Sandbox {
  const layers = LAYERS.filter(
    (layer: Layer) =>
      (layer !== 'namespaces' || bwrap !== undefined) && (layer !== 'landlock' || landlock > 0),
  );
  const inNamespace = bwrap !== undefined;
  const boxOf = (program: string, shown: ReadablePaths): Box => ({
    program,
    wrap: inNamespace ? bubblewrap({ bwrap, launcher, readable: shown }) : undefined,
    readable: [...shown.paths, ...DEVICES].flatMap((each) => ['--read', each]),
  });
  // A tool is not shown the other ones: each file in the box takes a tenth of a millisecond.
  const boxes = new Map(
    tools.map((tool) => {
      const program = findProgram(tool);
      return [tool, boxOf(program, readablePaths([program], readable))];
    }),
  );
  const filesOf = (box: Box, folder: string, writes: readonly string[]): string[] => {
    if (landlock === 0) return [];
    const written = writes.flatMap((name) => ['--write', path.join(folder, name)]);
    return ['--landlock', ...box.readable, '--data', folder, ...written];
  };
  return {
    layers,
    ...(landlock > 0 && { landlockVersion: landlock }),
    async commandLine(tool, args, { folder, writes = [], limits }: Confinement) {
      const job = await realpath(folder);
      const box = boxes.get(tool) ?? boxOf(findProgram(tool), readablePaths([], readable));
      const [command, ...rest] = box.wrap?.(job, writes) ?? [launcher, '--parent', String(process.pid)];
      const files = filesOf(box, inNamespace ? BOX_FOLDER : job, writes);
      return [
        ...([command, ...rest] as const),
        ...[...files, '--seccomp', ...limitFlags(limits, { inNamespace })],
        ...['--', box.program, ...args],
      ];
    },
  };
}
