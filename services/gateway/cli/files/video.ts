import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Video } from '../../client/uploads/plain-upload.ts';
import { CommandError } from '../errors.ts';
import { printable } from '../terminal/text.ts';

export interface VideoFile {
  /** Absolute. */
  path: string;
  name: string;
  /** Bytes. */
  size: number;
}

const CHUNK_BYTES = 256 * 1024;

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
      const stat = await handle.stat();
      if (stat.isDirectory()) throw fail('it is a folder');
      if (!stat.isFile()) throw fail('it is not a regular file');
      if (stat.size === 0) throw fail('it is empty');
      return { path: absolute, name: path.basename(absolute), size: stat.size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw fail(REASONS[code] ?? `it cannot be read (${code || 'unknown error'})`, error);
  }
}

/** The file as the client sends it. */
export const videoOf = (file: VideoFile): Video => ({
  name: file.name,
  size: file.size,
  type: contentType(file.name),
  open: () => ReadableStream.from(readVideo(file)),
});

/** Yields the bytes of the file. @throws CommandError where the size differs from the one that was checked */
async function* readVideo({ path, name, size }: VideoFile): AsyncGenerator<Uint8Array> {
  const changed = () => new CommandError(`${printable(name)} was changed while it was being sent.`);
  const handle = await open(path);
  let read = 0;
  try {
    if ((await handle.stat()).size !== size) throw changed();
    for await (const chunk of handle.createReadStream({ end: size - 1, highWaterMark: CHUNK_BYTES })) {
      yield chunk;
      read += chunk.length;
    }
    if (read < size) throw changed();
  } finally {
    await handle.close();
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
