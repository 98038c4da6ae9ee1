import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../../deploy/process/terminal.ts';
import { pythonWith } from '../polyglot/python-packages.ts';
import type { Bench } from './bench.ts';
import { ffmpegVersion } from './machine.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

export type CurrentFfmpeg = { program: string; version: string } | { missing: string };

/** A current ffmpeg from PyPI, which is installed once in a folder of our own; or why there is none. */
export async function currentFfmpeg({ isQuick, signal }: Bench): Promise<CurrentFfmpeg> {
  if (isQuick) return { missing: 'the quick form downloads nothing' };
  try {
    const { packages } = await pythonWith(requirements, report, signal);
    const folder = join(packages, 'imageio_ffmpeg', 'binaries');
    const name = readdirSync(folder).find((file) => file.startsWith('ffmpeg-'));
    if (name === undefined) return { missing: `there is no ffmpeg in ${folder}` };
    const program = join(folder, name);
    return { program, version: await ffmpegVersion(program, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { missing: (error as Error).message.split('\n', 1)[0] ?? '' };
  }
}
