import { constants, createWriteStream } from 'node:fs';
import { access, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { Failure, messageOf, UsageError } from './failure.ts';
import { printable } from './format.ts';

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

/**
 * Gives `fill` a stream into `<file>.part`, which gets its name only when all went well, and is deleted otherwise.
 * Without `force` nothing is overwritten, not even what appeared meanwhile.
 */
export async function writeWhole(
  { path: file, force }: { path: string; force: boolean },
  fill: (into: Writable) => Promise<void>,
): Promise<void> {
  const part = `${file}.part`;
  try {
    await fill(createWriteStream(part, { flush: true }));
    await (force ? rename(part, file) : renameToNew(part, file));
  } finally {
    await rm(part, { force: true });
  }
}

/** rename(2) would overwrite; link(2) does not, but not every file system has it. */
async function renameToNew(part: string, file: string): Promise<void> {
  try {
    await link(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Failure(`${file} has appeared meanwhile; it was not overwritten.`);
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) {
      throw new Failure(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
    }
    await rename(part, file);
  }
}
