import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freeBox } from '../support/media.ts';
import type { Bench } from './bench.ts';
import { settleDisk } from './settle-disk.ts';

const run = promisify(execFile);
const CLIP_SECONDS = 20;
/** In the quick form, every film is one clip of this length. */
const QUICK_SECONDS = 5;

type Place = Pick<Bench, 'filmDir' | 'isQuick' | 'signal'>;

interface Clip {
  path: string;
  /** ffmpeg arguments for the pictures. */
  codec: string[];
  seconds: number;
}

/** Makes a clip with pictures in a given codec, and with a sound that gives LAME as much work as music does. */
async function makeClip({ path, codec, seconds }: Clip, signal: AbortSignal): Promise<void> {
  const sound = [
    `anoisesrc=c=pink:r=44100:a=0.2:d=${seconds}:seed=1`,
    `sine=f=440:r=44100:d=${seconds}`,
    `sine=f=1270:r=44100:d=${seconds}`,
  ];
  const inputs = sound.flatMap((source) => ['-f', 'lavfi', '-i', source]);
  const video = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${seconds}`];
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

/** Makes a film from repetitions of a clip, once in a run. Returns its path. */
async function makeFilm({ name, codec, repetitions }: Film, place: Place): Promise<string> {
  const { filmDir, isQuick, signal } = place;
  const path = join(filmDir, name);
  if (existsSync(path)) return path;
  await mkdir(filmDir, { recursive: true });
  const clip = join(filmDir, `clip-${name}`);
  await makeClip({ path: clip, codec, seconds: isQuick ? QUICK_SECONDS : CLIP_SECONDS }, signal);
  const loops = isQuick ? 0 : repetitions((await stat(clip)).size) - 1;
  const unfinished = join(filmDir, `unfinished-${name}`);
  const args = ['-v', 'error', '-y', '-stream_loop', `${loops}`, '-i', clip, '-c', 'copy', unfinished];
  await run('ffmpeg', args, { signal });
  await rename(unfinished, path);
  await settleDisk(place);
  return path;
}

const H264 = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast'],
  ...['-b:v', '1440k', '-maxrate', '1440k', '-bufsize', '1440k'],
];

const lasting = (name: string, seconds: number): Film => ({
  name: `${name}.mp4`,
  codec: H264,
  repetitions: () => seconds / CLIP_SECONDS,
});
const ONE_CLIP = lasting('clip', CLIP_SECONDS);
const ONE_MINUTE = lasting('one-minute', 60);
const TEN_MINUTES = lasting('ten-minutes', 600);
const ONE_HOUR = lasting('one-hour', 3600);

const TWO_GIBIBYTES: Film = {
  name: 'two-gibibytes.mkv',
  codec: ['-c:v', 'mjpeg', '-q:v', '3'],
  repetitions: (clipBytes) => Math.ceil(2 ** 31 / clipBytes),
};

/** 10 minutes of H.264 and AAC, about 120 MB. */
export const tenMinutes = (place: Place): Promise<string> => makeFilm(TEN_MINUTES, place);

/** The same MP4 with its index in front of its sound and picture. */
export async function indexInFront(film: string, { signal }: Place): Promise<string> {
  const path = film.replace(/\.mp4$/, '-in-front.mp4');
  await run('ffmpeg', ['-v', 'error', '-y', '-i', film, '-c', 'copy', '-movflags', '+faststart', path], {
    signal,
  });
  return path;
}

/** 60 minutes of H.264 and AAC, about 720 MB. */
export const oneHour = (place: Place): Promise<string> => makeFilm(ONE_HOUR, place);

/** Motion JPEG and AAC, 2 GiB or a little more. */
export const twoGibibytes = (place: Place): Promise<string> => makeFilm(TWO_GIBIBYTES, place);

/** Films of one minute, about 12 MB each. They differ, because equal content would give the same job. */
export const oneMinuteFilms = async (count: number, place: Place): Promise<string[]> =>
  differentCopies(await makeFilm(ONE_MINUTE, place), count, place);

/** Films of 20 seconds, about 4 MB each, which differ. */
export const clips = async (count: number, place: Place): Promise<string[]> =>
  differentCopies(await makeFilm(ONE_CLIP, place), count, place);

/** The sound of films of two hours without their pictures, as the page and the command line send it, about 145 MB each. They differ. */
export async function soundsOfTwoHours(count: number, place: Place): Promise<string[]> {
  const film = await tenMinutes(place);
  const path = join(place.filmDir, 'two-hours.mp4');
  const loops = place.isQuick ? '0' : '11';
  const args = ['-v', 'error', '-y', '-stream_loop', loops, '-i', film, '-vn', '-c', 'copy', path];
  await run('ffmpeg', args, { signal: place.signal });
  return differentCopies(path, count, place);
}

async function differentCopies(film: string, count: number, place: Place): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, number) => film.replace(/(\.\w+)$/, `-${number}$1`));
  for (const [number, path] of paths.entries()) {
    await copyWithMark(film, path);
    await writeMark(path, number);
  }
  await settleDisk(place);
  return paths;
}

/** Copies an MP4, with room for a mark at the end that no reader looks at. */
export async function copyWithMark(film: string, path: string): Promise<void> {
  await copyFile(film, path);
  await appendFile(path, freeBox(Buffer.alloc(4)));
}

/** Makes such a copy differ from the others. */
export async function writeMark(path: string, mark: number): Promise<void> {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(mark);
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, 4, (await file.stat()).size - 4);
}

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

/** Makes an MP3 of 10 minutes without an ID3 tag, once in a run. Returns its path. */
export async function tenMinuteMp3(name: SoundName, { filmDir, isQuick, signal }: Place): Promise<string> {
  const path = join(filmDir, `ten-minutes-${name}.mp3`);
  if (existsSync(path)) return path;
  await mkdir(filmDir, { recursive: true });
  const unfinished = join(filmDir, `unfinished-${name}.mp3`);
  const loop = `aloop=loop=-1:size=${CLIP_SECONDS * 48_000},atrim=duration=${isQuick ? QUICK_SECONDS : 600}`;
  const encoding = ['-q:a', '2', '-id3v2_version', '0'];
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', `${SOUNDS[name]},${loop}`, ...encoding, unfinished];
  await run('ffmpeg', args, { signal });
  await rename(unfinished, path);
  return path;
}
