import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLIP_SECONDS = 20;

/** Makes a clip with pictures in a given codec, and with a sound that gives LAME as much work as music does. */
async function makeClip(path: string, codec: string[], signal: AbortSignal): Promise<void> {
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

interface Film {
  name: string;
  /** ffmpeg arguments for the pictures. */
  codec: string[];
  /** How often the clip is repeated, given its size in bytes. */
  repetitions(clipBytes: number): number;
}

/** Makes a film in `folder` from repetitions of a clip, once in a run. Returns its path. */
async function makeFilm(
  folder: string,
  { name, codec, repetitions }: Film,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const clip = join(folder, `clip-${name}`);
  await makeClip(clip, codec, signal);
  const loops = String(repetitions((await stat(clip)).size) - 1);
  const unfinished = join(folder, `unfinished-${name}`);
  const args = ['-v', 'error', '-y', '-stream_loop', loops, '-i', clip, '-c', 'copy', unfinished];
  await run('ffmpeg', args, { signal });
  await rename(unfinished, path);
  return path;
}

const TEN_MINUTES: Film = {
  name: 'ten-minutes.mp4',
  codec: [
    ...['-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-b:v', '1440k', '-maxrate', '1440k', '-bufsize', '1440k'],
  ],
  repetitions: () => 600 / CLIP_SECONDS,
};

const TWO_GIBIBYTES: Film = {
  name: 'two-gibibytes.mkv',
  codec: ['-c:v', 'mjpeg', '-q:v', '3'],
  repetitions: (clipBytes) => Math.ceil(2 ** 31 / clipBytes),
};

/** 10 minutes of H.264 and AAC, about 120 MB. */
export const tenMinutes = (folder: string, signal: AbortSignal): Promise<string> =>
  makeFilm(folder, TEN_MINUTES, signal);

/** Motion JPEG and AAC, 2 GiB or a little more. */
export const twoGibibytes = (folder: string, signal: AbortSignal): Promise<string> =>
  makeFilm(folder, TWO_GIBIBYTES, signal);

/** Stereo of 48 kHz: ffmpeg's expression of a clip. */
export const SOUNDS = {
  noise: `anoisesrc=c=pink:r=48000:a=0.5:d=${CLIP_SECONDS}:seed=1,aformat=channel_layouts=stereo`,
  music: [
    "aevalsrc='(0.4*sin(2*PI*220*t)+0.25*sin(2*PI*331*t)+0.3*(random(0)-0.5)*lt(mod(t,0.5),0.05))*(0.5+0.5*sin(2*PI*t/7))",
    '|(0.4*sin(2*PI*220*t+1)+0.2*sin(2*PI*440*t)+0.1*sin(2*PI*3270*t)+0.3*(random(1)-0.5)*lt(mod(t,0.5),0.05))',
    `*(0.5+0.5*sin(2*PI*t/11))':d=${CLIP_SECONDS}:s=48000,volume=4dB,alimiter=limit=0.95:level=false`,
  ].join(''),
} as const;

export type SoundName = keyof typeof SOUNDS;

/** Makes an MP3 of 10 minutes, once, and keeps it in `folder`. Returns its path. */
export async function tenMinuteMp3(folder: string, name: SoundName, signal: AbortSignal): Promise<string> {
  const path = join(folder, `ten-minutes-${name}.mp3`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `unfinished-${name}.mp3`);
  const loop = `aloop=loop=-1:size=${CLIP_SECONDS * 48_000},atrim=duration=600`;
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', `${SOUNDS[name]},${loop}`, '-q:a', '2', unfinished];
  await run('ffmpeg', args, { signal });
  await rename(unfinished, path);
  return path;
}
