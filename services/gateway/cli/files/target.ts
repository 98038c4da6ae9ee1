import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { mp3Name } from '../../downloads/mp3-name.ts';
import { CommandError, UsageError } from '../errors.ts';
import { printable } from '../terminal/text.ts';

/** Where an MP3 is written to. The path is absolute. */
export type Target = { kind: 'file'; path: string; force: boolean } | { kind: 'stdout' };

export interface TargetOptions {
  /** The value of `-o`. */
  output: string | undefined;
  cwd: string;
  force: boolean;
  /** Names of the videos, from which the names of the MP3s are derived. */
  names: readonly string[];
  /** Paths that must never be written to: the videos themselves. */
  sources: readonly string[];
  stdoutIsTerminal: boolean;
  /** Whether nothing has to be written to this path, or it may be overwritten. Then it is not checked. */
  isSettled?: (path: string, index: number) => boolean | Promise<boolean>;
}

/** Names of devices, which Windows opens instead of a file, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** The name of the MP3 in a folder. The name may come from another machine, so it must not lead into another folder. */
export function targetName(name: string, platform = process.platform): string {
  const mp3 = mp3Name(printable(name.split(/[/\\]/).at(-1) ?? ''));
  // `a:b` is a stream of the file `a` on Windows, and the other characters are refused there.
  return platform === 'win32' ? mp3.replace(/[<>:"|?*]/g, '_').replace(DEVICE, '_$1') : mp3;
}

/** Decides where each MP3 goes, before anything is sent. @throws UsageError, CommandError */
export async function planTargets(options: TargetOptions): Promise<Target[]> {
  const { output, names, force, cwd } = options;
  if (output === '-') {
    if (options.stdoutIsTerminal && !force) {
      throw new UsageError(
        'An MP3 cannot be shown on a terminal: redirect the standard output, or use --force.',
      );
    }
    return names.map(() => ({ kind: 'stdout' }));
  }
  const paths = await pathsFor(output, names, cwd);
  const twice = paths.find((file, index) => paths.indexOf(file) !== index);
  if (twice)
    throw new UsageError(
      `Two of the videos would become ${path.relative(cwd, twice)}: convert them one by one.`,
    );
  for (const [index, file] of paths.entries())
    if (!(await options.isSettled?.(file, index))) await checkTarget(file, options);
  return paths.map((file) => ({ kind: 'file', path: file, force }));
}

async function pathsFor(
  output: string | undefined,
  names: readonly string[],
  cwd: string,
): Promise<string[]> {
  if (output === undefined) return names.map((name) => path.join(cwd, targetName(name)));
  const absolute = path.resolve(cwd, output);
  const isFolder = await stat(absolute).then(
    (found) => found.isDirectory(),
    () => /[/\\]$/.test(output) || names.length > 1,
  );
  if (isFolder) {
    await mkdir(absolute, { recursive: true }).catch((cause: Error) => {
      throw new CommandError(`The folder ${printable(output)} cannot be created: ${cause.message}`, {
        cause,
      });
    });
    return names.map((name) => path.join(absolute, targetName(name)));
  }
  if (names.length > 1)
    throw new UsageError(`-o has to be a folder for several files, and ${printable(output)} is not one.`);
  return [absolute];
}

async function checkTarget(file: string, { cwd, force, sources }: TargetOptions): Promise<void> {
  const shown = printable(path.relative(cwd, file));
  const found = await stat(file).catch(() => undefined);
  if (found) {
    for (const source of sources) {
      const { dev, ino } = await stat(source);
      if (dev === found.dev && ino === found.ino) {
        throw new UsageError(`${shown} is the file that is to be converted: choose another name with -o.`);
      }
    }
    if (!found.isFile()) throw new UsageError(`${shown} exists and is not a file.`);
    if (!force)
      throw new UsageError(`${shown} exists: overwrite it with --force, or choose another name with -o.`);
  }
  await access(path.dirname(file), constants.W_OK | constants.X_OK).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such folder' : 'you may not write there';
    throw new CommandError(`${shown} cannot be written: ${reason}.`, { cause });
  });
}
