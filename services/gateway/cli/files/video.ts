import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../errors.ts';
import { printable } from '../terminal/text.ts';

export interface VideoFile {
  /** Absolute. */
  path: string;
  name: string;
  /** Bytes. */
  size: number;
  /** When its content was last changed: nanoseconds since the epoch. */
  changedAt: bigint;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** Checks a file before anything is sent. @throws CommandError that names the file and the reason */
export async function checkVideo(file: string, cwd: string): Promise<VideoFile> {
  const fail = (reason: string, cause?: unknown) =>
    new CommandError(`${printable(file)}: ${reason}.`, cause === undefined ? undefined : { cause });
  const absolute = path.resolve(cwd, file);
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    const handle = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat({ bigint: true });
      if (stat.isDirectory()) throw fail('it is a folder');
      if (!stat.isFile()) throw fail('it is not a regular file');
      if (stat.size === 0n) throw fail('it is empty');
      return {
        path: absolute,
        name: path.basename(absolute),
        size: Number(stat.size),
        changedAt: stat.mtimeNs,
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw fail(REASONS[code] ?? `it cannot be read (${code || 'unknown error'})`, error);
  }
}

/** The media types that IANA has registered; for old containers, the types in common use. */
const TYPES: Record<string, string> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  mkv: 'video/matroska',
  webm: 'video/webm',
  avi: 'video/x-msvideo',
  wmv: 'video/x-ms-wmv',
  asf: 'video/x-ms-asf',
  flv: 'video/x-flv',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  ts: 'video/mp2t',
  mts: 'video/mp2t',
  m2ts: 'video/mp2t',
  '3gp': 'video/3gpp',
  ogv: 'video/ogg',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
};

/** The media type by the extension of the name. */
export const contentType = (name: string): string =>
  TYPES[path.extname(name).slice(1).toLowerCase()] ?? 'application/octet-stream';
