import { constants } from 'node:fs';
import { access, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf, UsageError } from './failure.ts';
import { printable } from './format.ts';
import { adoptPart, newPart } from './part-file.ts';

/** Where an MP3 goes. A path is absolute. */
export type Target = { kind: 'file'; path: string; force: boolean } | { kind: 'stdout' };

export interface Wish {
  /** As given with -o. */
  output: string | undefined;
  cwd: string;
  force: boolean;
  /** Names of the videos, of which the MP3s' are made. */
  names: readonly string[];
  /** Paths that must not be written to, whatever is wished. */
  sources: readonly string[];
  stdoutIsTerminal: boolean;
}

/** `Ferien.final.mp4` → `Ferien.final.mp3`; a name from elsewhere leads into no other folder. */
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
        'An MP3 does a terminal no good: send the standard output somewhere, or use --force.',
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
  /** Bytes that an earlier run has left in it, 0 when it is not there yet. */
  size: number;
}

/**
 * Gives `fill` a file beside the target, which gets the target's name only when all went well, and is deleted otherwise.
 * Without `force` nothing is overwritten, not even what appeared meanwhile.
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

/** rename(2) would overwrite; link(2) does not, but not every file system has it. */
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
    // The empty file is ours, so that it may be overwritten.
    await rename(part, file).catch(async (cause: unknown) => {
      await rm(file, { force: true });
      throw cause;
    });
  }
}

/** What the file system says, as a sentence. Errors of the network, which have no path, stay as they are. */
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
