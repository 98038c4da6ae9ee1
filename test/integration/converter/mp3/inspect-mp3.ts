import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  type Frame,
  readFrames,
  readTags,
  type TaggedMp3,
} from '../../../../services/converter/mp3/frame-reader.ts';

const run = promisify(execFile);

export interface WholeMp3 extends TaggedMp3 {
  frames: Frame[];
}

/** Reads the whole file into memory. */
export async function readMp3(path: string): Promise<WholeMp3> {
  const mp3 = await readTags(path);
  return { ...mp3, frames: (await Array.fromAsync(readFrames(mp3))).flat() };
}

/** Runs ffmpeg. Throws when it prints anything of this level or a more severe one. */
export async function runFfmpeg(level: 'error' | 'warning', ...args: string[]): Promise<void> {
  const { stderr } = await run('ffmpeg', ['-nostdin', '-v', level, '-y', ...args]);
  if (stderr) throw new Error(stderr);
}

/** Returns the 16-bit samples that a player plays, without the encoder's delay and padding. */
export async function decode(path: string): Promise<Buffer> {
  await runFfmpeg('warning', '-i', path, '-f', 's16le', '-c:a', 'pcm_s16le', `${path}.pcm`);
  return readFile(`${path}.pcm`);
}

/** Returns the fields that ffprobe reads from the container, such as `duration` and `tags`. */
export async function probeFormat(path: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-of', 'json', path]);
  return JSON.parse(stdout).format;
}
