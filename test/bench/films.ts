import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLIP_SECONDS = 20;

/** Pictures at a given rate, and a sound that gives LAME as much work as music does. */
async function clip(path: string, codec: string[], signal: AbortSignal): Promise<void> {
  const sound = [
    `anoisesrc=c=pink:r=44100:a=0.2:d=${CLIP_SECONDS}:seed=1`,
    `sine=f=440:r=44100:d=${CLIP_SECONDS}`,
    `sine=f=1270:r=44100:d=${CLIP_SECONDS}`,
  ];
  const inputs = sound.flatMap((source) => ['-f', 'lavfi', '-i', source]);
  const video = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${CLIP_SECONDS}`];
  const mix = '[1][2][3]amix=inputs=3,aformat=channel_layouts=stereo[sound]';
  const maps = [
    '-filter_complex',
    `${mix};[0]noise=alls=40:allf=t[picture]`,
    '-map',
    '[picture]',
    '-map',
    '[sound]',
  ];
  const audio = ['-c:a', 'aac', '-b:a', '160k'];
  await run('ffmpeg', ['-v', 'error', '-y', ...video, ...inputs, ...maps, ...codec, ...audio, path], {
    signal,
  });
}

/** A film of that many repetitions of a clip, made once and kept in `folder`. */
async function film(
  folder: string,
  name: string,
  codec: string[],
  times: (clipBytes: number) => number,
  signal: AbortSignal,
) {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const part = join(folder, `clip-${name}`);
  await clip(part, codec, signal);
  const loops = String(times((await stat(part)).size) - 1);
  const unfinished = join(folder, `unfinished-${name}`);
  await run('ffmpeg', ['-v', 'error', '-y', '-stream_loop', loops, '-i', part, '-c', 'copy', unfinished], {
    signal,
  });
  await rename(unfinished, path);
  return path;
}

/** 10 minutes, about 120 MB: H.264 and AAC. */
export const tenMinutes = (folder: string, signal: AbortSignal): Promise<string> =>
  film(
    folder,
    'ten-minutes.mp4',
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '1440k', '-maxrate', '1440k', '-bufsize', '1440k'],
    () => 600 / CLIP_SECONDS,
    signal,
  );

/** 2 GiB or a little more: Motion JPEG and AAC. */
export const twoGibibytes = (folder: string, signal: AbortSignal): Promise<string> =>
  film(
    folder,
    'two-gibibytes.mkv',
    ['-c:v', 'mjpeg', '-q:v', '3'],
    (bytes) => Math.ceil(2 ** 31 / bytes),
    signal,
  );
