import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile, open, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOrCopy } from './kept-films.ts';

const run = promisify(execFile);
const made = new Map<string, Promise<string>>();
/** What the files at these paths were made from, where that does not depend on files of this process alone. */
const recipes = new Map<string, string>();
let home: string | undefined;

/** A folder for this test process alone. It is deleted when the process ends. */
function folder(): string {
  if (home === undefined) {
    const created = mkdtempSync(join(tmpdir(), 'mp3converter-media-'));
    process.once('exit', () => rmSync(created, { recursive: true, force: true }));
    home = created;
  }
  return home;
}

/** Makes a file once per process, for each name and key. */
function once(key: unknown, name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const id = JSON.stringify([name, key]);
  const known = made.get(id);
  if (known) return known;
  const path = join(folder(), `${made.size}-${name}`);
  const file = make(path).then(() => path);
  made.set(id, file);
  return file;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** ffmpeg arguments for a picture. It is small, because the tests are about the sound. */
export const picture = (seconds: number) => ['-f', 'lavfi', '-i', `testsrc2=s=128x72:r=10:d=${seconds}`];
/** ffmpeg arguments for a tone, as one channel. */
export const tone = (seconds: number, { rate = 44_100, hz = 440 } = {}) => [
  '-f',
  'lavfi',
  '-i',
  `sine=f=${hz}:r=${rate}:d=${seconds}`,
];

/**
 * Makes a file with ffmpeg, once per test process: `media('a.mp4', ...picture(2), ...tone(2), '-shortest')`. A process that needs
 * the same file later, in this run or another one, copies it.
 */
export const media = (name: string, ...args: string[]): Promise<string> =>
  once(args, name, async (path) => {
    const make = () => run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-bitexact', ...args, path]);
    const recipe = JSON.stringify([name, args.map((arg) => recipes.get(arg) ?? arg)]);
    if (recipe.includes(tmpdir())) return make();
    recipes.set(path, recipe);
    await makeOrCopy(path, recipe, make);
  });

/** An MP4 with picture and tone. Its index is at the start, as is usual on the web (`faststart`), or at the end. */
export const video = (seconds: number, { faststart = true } = {}): Promise<string> =>
  media(
    'video.mp4',
    ...picture(seconds),
    ...tone(seconds),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'],
    ...(faststart ? ['-movflags', '+faststart'] : []),
  );

/** Three hours of silence: quick to send, and at 320 kbps it takes minutes to encode. */
export const longSilence = (): Promise<string> =>
  media('silence.flac', '-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo:d=10800');

/** A file with exactly this content. */
export const file = (name: string, content: string | Uint8Array): Promise<string> =>
  once(Buffer.from(content).toString('base64'), name, async (path) => {
    await writeFile(path, content);
    if (!Buffer.from(content).includes(tmpdir())) recipes.set(path, sha256(content));
  });

/** Wraps bytes in a `free` box of an MP4, which readers ignore anywhere in the file. @see ISO 14496-12 8.1.2 */
export function freeBox(content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + content.length);
  head.write('free', 4);
  return Buffer.concat([head, content]);
}

/** The first part of a file, as an interrupted upload leaves it. `share` is from 0 to 1. */
export const truncated = (original: string, share = 0.5): Promise<string> =>
  once([original, share], 'truncated', async (path) => {
    await copyFile(original, path);
    await truncate(path, Math.floor((await stat(original)).size * share));
  });

/** The length in seconds that the header of the file states. */
export async function durationOf(path: string): Promise<number> {
  const show = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
  return Number((await run('ffprobe', [...show, path])).stdout);
}

/** The length in seconds of the sound that a player would play. Throws if ffmpeg reports any decoding error. */
export async function decodedSeconds(path: string): Promise<number> {
  const decode = ['-nostdin', '-v', 'error', '-i', path, '-f', 's16le', '-ac', '1', '-ar', '8000', '-y'];
  const pcm = `${path}.pcm`;
  const { stderr } = await run('ffmpeg', [...decode, pcm]);
  if (stderr) throw new Error(stderr);
  const handle = await open(pcm);
  try {
    return (await handle.stat()).size / 2 / 8000;
  } finally {
    await handle.close();
    rmSync(pcm);
  }
}
