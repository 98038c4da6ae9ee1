import { link, rename, rm, writeFile } from 'node:fs/promises';
import { CommandError, messageOf } from '../errors.ts';
import { adoptPart, newPart } from './part-file.ts';

export interface Part {
  path: string;
  /** Bytes that an earlier run has left in the file; 0 where the file does not exist yet. */
  size: number;
}

/**
 * Lets `fill` write a part file beside the target. The part is renamed to the target after a success, and otherwise deleted.
 * Without `force` no file is overwritten, not even one that has appeared meanwhile. @throws CommandError
 */
export async function writeAtomically(
  { path: file, force }: { path: string; force: boolean },
  sha256: string,
  fill: (part: Part) => Promise<void>,
): Promise<void> {
  const part = newPart(file, sha256);
  try {
    await fill({ path: part, size: await adoptPart(file, sha256, part) });
    await (force ? rename(part, file) : renameToNew(part, file));
  } catch (error) {
    throw toCommandError(error, file);
  } finally {
    await rm(part, { force: true });
  }
}

/** Renames without overwriting. rename(2) overwrites; link(2) does not, but not every file system supports it. */
export async function renameToNew(part: string, file: string, linkFile = link): Promise<void> {
  const toOverwriteError = (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return error;
    return new CommandError(`${file} has appeared meanwhile; it was not overwritten.`);
  };
  try {
    await linkFile(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? ''))
      throw toOverwriteError(error);
    await writeFile(file, '', { flag: 'wx' }).catch((cause: unknown) => {
      throw toOverwriteError(cause);
    });
    // This run created the empty file, so it may be overwritten.
    await rename(part, file).catch(async (cause: unknown) => {
      await rm(file, { force: true });
      throw cause;
    });
  }
}

/** Turns an error of the file system into a CommandError. Returns other errors, such as those of the network, unchanged. */
function toCommandError(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (
    error instanceof CommandError ||
    !['open', 'write', 'fsync', 'close', 'link', 'rename'].includes(syscall ?? '')
  )
    return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new CommandError('The disk is full.', { cause: error });
  return new CommandError(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
}
