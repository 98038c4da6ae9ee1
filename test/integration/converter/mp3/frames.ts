import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FrameHeader } from '../../../../services/converter/mp3/frame-header.ts';
import { type FrameFile, framesOf, openFrameFile } from '../../../../services/converter/mp3/frame-reader.ts';

const run = promisify(execFile);

export interface Taken extends FrameFile {
  frames: { header: FrameHeader; bytes: Buffer }[];
}

/** The whole file in memory. */
export async function framesIn(path: string): Promise<Taken> {
  const file = await openFrameFile(path);
  return { ...file, frames: (await Array.fromAsync(framesOf(file))).flat() };
}

/** Runs ffmpeg; nothing may be wrong, and with `level` `warning` it must not say a word. */
export async function quietly(level: 'error' | 'warning', ...args: string[]): Promise<void> {
  const { stderr } = await run('ffmpeg', ['-nostdin', '-v', level, '-y', ...args]);
  if (stderr) throw new Error(stderr);
}

/** What a player plays: 16-bit samples, without the encoder's delay and padding. */
export async function played(path: string): Promise<Buffer> {
  await quietly('warning', '-i', path, '-f', 's16le', '-c:a', 'pcm_s16le', `${path}.pcm`);
  return readFile(`${path}.pcm`);
}

/** A field that ffprobe reads from the container, such as `duration` or `tags`. */
export async function format(path: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-of', 'json', path]);
  return JSON.parse(stdout).format;
}
