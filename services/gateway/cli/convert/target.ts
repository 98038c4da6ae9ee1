import { constants } from 'node:fs';
import { access, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf, UsageError } from './failure.ts';
import { printable } from './format.ts';
import { adoptPart, newPart } from './part-file.ts';

/** Where an MP3 is written to. The path is absolute. */
export type Target = { kind: 'file'; path: string; force: boolean } | { kind: 'stdout' };

export interface Wish {
  /** As given with -o. */
  output: string | undefined;
  cwd: string;
  force: boolean;
  /** Names of the videos. The names of the MP3s are derived from them. */
  names: readonly string[];
  /** Paths that must never be written to: the videos themselves. */
  sources: readonly string[];
  stdoutIsTerminal: boolean;
}

/** `Ferien.final.mp4` → `Ferien.final.mp3`; a name that another machine gave cannot lead into another folder. */
export const mp3Name = (name: string): string => {
  const base = printable(name.split(/[/\\]/).at(-1) ?? '');
  return `${base.replace(/\.[^.]{1,5}$/, '').replace(/^\.+/, '') || 'audio'}.mp3`;
};

/** Decides where each MP3 goes, before anything is sent. @throws UsageError, Failure */
export async function planTargets(wish: Wish): Promise<Target[]> {
  const { output, names, force, cwd } = wish;
  if (output === '-') {
    if (wish.stdoutIsTerminal && !force) {
      throw new UsageError(
        'An MP3 cannot be shown on a terminal: redirect the standard output, or use --force.',
      );
    }
    return names.map(() => ({ kind: 'stdout' }));
  }
  const paths = await pathsOf(output, names, cwd);
  const twice = paths.find((file, index) => paths.indexOf(file) !== index);
  if (twice)
    throw new UsageError(
      `Two of the videos would become ${path.relative(cwd, twice)}: convert them one by one.`,
    );
  for (const file of paths) await checkTarget(file, wish);
  return paths.map((file) => ({ kind: 'file', path: file, force }));
}

async function pathsOf(output: string | undefined, names: readonly string[], cwd: string): Promise<string[]> {
  if (output === undefined) return names.map((name) => path.join(cwd, mp3Name(name)));
  const whole = path.resolve(cwd, output);
  const isFolder = await stat(whole).then(
    (found) => found.isDirectory(),
    () => /[/\\]$/.test(output) || names.length > 1,
  );
  if (isFolder) {
    await mkdir(whole, { recursive: true }).catch((cause: Error) => {
      throw new Failure(`The folder ${printable(output)} cannot be made: ${cause.message}`, { cause });
    });
    return names.map((name) => path.join(whole, mp3Name(name)));
  }
  if (names.length > 1)
    throw new UsageError(`-o has to be a folder for several files, and ${printable(output)} is none.`);
  return [whole];
}

async function checkTarget(file: string, { cwd, force, sources }: Wish): Promise<void> {
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
    throw new Failure(`${shown} cannot be written: ${reason}.`, { cause });
  });
}

export interface Part {
  path: string;
  /** Bytes that an earlier run has left in it; 0 where the file does not exist yet. */
  size: number;
}

/**
 * Lets `fill` write a part file beside the target. The part is renamed to the target after a success, and else deleted.
 * Without `force` no file is overwritten, not even one that appeared meanwhile.
 */
export async function writeWhole(
  { path: file, force }: { path: string; force: boolean },
  sha256: string,
  fill: (part: Part) => Promise<void>,
): Promise<void> {
  const part = newPart(file, sha256);
  try {
    await fill({ path: part, size: await adoptPart(file, sha256, part) });
    await (force ? rename(part, file) : renameToNew(part, file));
  } catch (error) {
    throw writeFailure(error, file);
  } finally {
    await rm(part, { force: true });
  }
}

/** rename(2) overwrites. link(2) does not, but not every file system supports it. */
export async function renameToNew(part: string, file: string, linkFile = link): Promise<void> {
  const taken = (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return error;
    return new Failure(`${file} has appeared meanwhile; it was not overwritten.`);
  };
  try {
    await linkFile(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw taken(error);
    await writeFile(file, '', { flag: 'wx' }).catch((cause: unknown) => {
      throw taken(cause);
    });
    // This run created the empty file, so it may be overwritten.
    await rename(part, file).catch(async (cause: unknown) => {
      await rm(file, { force: true });
      throw cause;
    });
  }
}

/** Turns an error of the file system into a Failure. Returns other errors, such as those of the network, unchanged. */
function writeFailure(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (
    error instanceof Failure ||
    !['open', 'write', 'fsync', 'close', 'link', 'rename'].includes(syscall ?? '')
  )
    return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failure('The disk is full.', { cause: error });
  return new Failure(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
}
