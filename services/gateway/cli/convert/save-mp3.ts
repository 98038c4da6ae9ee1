import { createReadStream, createWriteStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Mp3, Mp3ChangedError } from '../../client/download.ts';
import type { Clock } from '../../client/http/clock.ts';
import type { Session } from '../../client/session/session.ts';
import { DamagedMp3Error, verifiedDownload } from '../../client/verified-download.ts';
import { CommandError } from '../errors.ts';
import type { Target } from '../files/target.ts';
import { type Part, writeAtomically } from '../files/write-file.ts';

export interface SaveOptions {
  clock: Clock;
  signal: AbortSignal;
  stdout: Writable;
  /** Gets the bytes received so far, including those that an earlier run has left. */
  onProgress: (bytes: number) => void;
}

/**
 * Downloads the MP3 to the target. A file gets its final name only when it has the size and the sha256 that the job states.
 * @throws CommandError, ClientError
 */
export async function saveMp3(
  session: Session,
  mp3: Mp3,
  target: Target,
  options: SaveOptions,
): Promise<void> {
  const { signal } = options;
  if (target.kind === 'stdout') return writeToStdout(session, mp3, options);
  const fill = (part: Part) =>
    pipeline(
      () => verifiedBytes(session, mp3, part, options),
      createWriteStream(part.path, { flags: 'a', flush: true }),
      { signal },
    );
  await writeAtomically(target, mp3.sha256, async (part) => {
    try {
      await fill(part);
    } catch (error) {
      const isDamaged = error instanceof DamagedMp3Error || error instanceof Mp3ChangedError;
      if (part.size === 0 || !isDamaged) throw error;
      // The part that an earlier run has left is damaged, for example by a power failure, or belongs to another version.
      await truncate(part.path, 0);
      await fill({ ...part, size: 0 });
    }
  });
}

async function writeToStdout(session: Session, mp3: Mp3, options: SaveOptions): Promise<void> {
  const { stdout, signal } = options;
  const source = () => verifiedBytes(session, mp3, undefined, options);
  try {
    await pipeline(source, stdout, { signal, end: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE')
      throw new CommandError('The program that reads the standard output has closed it.', { cause: error });
    if (code === 'ENOSPC') throw new CommandError('The disk is full.', { cause: error });
    throw error;
  }
}

/** Yields the bytes that the part does not hold yet. Size and hash cover all bytes, including those of the part. */
function verifiedBytes(
  session: Session,
  mp3: Mp3,
  part: Part | undefined,
  { clock, signal, onProgress }: SaveOptions,
): AsyncGenerator<Uint8Array> {
  const isResumed = part !== undefined && part.size > 0;
  const received = isResumed ? createReadStream(part.path, { end: part.size - 1 }) : undefined;
  return verifiedDownload(session, mp3, { clock, signal, onProgress, received });
}
