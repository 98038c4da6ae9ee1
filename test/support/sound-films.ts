import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import { compareSound } from './compared-sound.ts';
import { file, media, tone } from './media.ts';
import { randomNumbers } from './random.ts';

const SECONDS = 12;

const PICTURES = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-maxrate', '5M', '-bufsize', '5M'],
  mpeg1: ['-c:v', 'mpeg1video', '-bf', '2', '-maxrate', '5M', '-bufsize', '2M'],
  mpeg2: ['-c:v', 'mpeg2video', '-bf', '2', '-maxrate', '5M', '-bufsize', '2M'],
  mpeg4: ['-c:v', 'mpeg4', '-bf', '0'],
  flv1: ['-c:v', 'flv1'],
  theora: ['-c:v', 'libtheora'],
};

/** A picture of noise, so that it is far larger than its sound: about 0.6 MB a second. */
const noisyPicture = (seconds: number, codec: keyof typeof PICTURES) =>
  media(
    'picture.nut',
    ...['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${seconds},noise=alls=40:allf=t`],
    ...[...PICTURES[codec], '-b:v', '5M'],
  );

export interface SoundFilm {
  /** Its ending chooses the container. */
  name: string;
  picture: keyof typeof PICTURES;
  /** ffmpeg's names of the encoders of its sounds. */
  sounds: readonly string[];
  /** Hz. */
  rate?: number;
  /** Seconds by which the sound is later than the picture. Negative where it is earlier. */
  late?: number;
  pictureSeconds?: number;
  soundSeconds?: number;
  /** Arguments for the muxer. */
  mux?: readonly string[];
}

/** Makes a film of which the sound is a small part. */
export async function soundFilm(film: SoundFilm): Promise<string> {
  const { name, picture, sounds, rate = 48_000, late = 0, mux = [] } = film;
  const { pictureSeconds = SECONDS, soundSeconds = SECONDS } = film;
  const shift = (seconds: number) => ['-itsoffset', String(Math.max(0, seconds))];
  const soundOf = (place: number) => tone(soundSeconds, { rate, hz: 300 + 100 * place });
  return media(
    name,
    ...[...shift(-late), '-i', await noisyPicture(pictureSeconds, picture)],
    ...sounds.flatMap((_, place) => [...shift(late), ...soundOf(place)]),
    ...['-map', '0:v', ...sounds.flatMap((_, place) => ['-map', `${place + 1}:a`]), '-c:v', 'copy'],
    ...sounds.flatMap((codec, place) => [`-c:a:${place}`, codec]),
    ...['-strict', '-2', ...mux],
  );
}

/** Arguments that name the languages of the sounds. */
export const languages = (...codes: string[]): string[] =>
  codes.flatMap((code, place) => [`-metadata:s:a:${place}`, `language=${code}`]);

/** Asserts that a small part of a film is sent, and that all that becomes of it is the same. Returns the track that is sent. */
export async function assertPlanned(
  path: string,
  options: ConversionOptions = {},
): Promise<number | undefined> {
  const { differences, failure, filmBytes, sentBytes, track } = await compareSound(path, options);
  assert.equal(failure, undefined);
  assert.deepEqual(differences, []);
  assert.ok(sentBytes !== undefined, 'the film is sent whole');
  assert.ok(sentBytes < filmBytes / 2, `${sentBytes} of ${filmBytes} bytes`);
  return track;
}

export async function assertSentWhole(path: string, options: ConversionOptions = {}): Promise<void> {
  assert.equal((await compareSound(path, options)).sentBytes, undefined);
}

/** Ways to damage a file, each with the numbers of a generator. */
export const DAMAGES: readonly [
  name: string,
  damage: (bytes: Buffer, random: (below: number) => number) => Buffer,
][] = [
  ['is cut', (bytes, random) => bytes.subarray(0, random(bytes.length))],
  ['has wrong bytes', (bytes, random) => withWrongBytes(bytes, random, bytes.length)],
  ['has wrong bytes at its start', (bytes, random) => withWrongBytes(bytes, random, 4000)],
  ['has lost bytes', (bytes, random) => withoutBytes(bytes, random)],
  ['has zeros', (bytes, random) => withZeros(bytes, random(bytes.length))],
];

function withWrongBytes(bytes: Buffer, random: (below: number) => number, below: number): Buffer {
  const damaged = Buffer.from(bytes);
  for (let number = 0; number < 8; number++) damaged[random(below)] = random(256);
  return damaged;
}

function withZeros(bytes: Buffer, at: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged.fill(0, at, Math.min(bytes.length, at + 20_000));
  return damaged;
}

function withoutBytes(bytes: Buffer, random: (below: number) => number): Buffer {
  const at = random(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(10_000))]);
}

/** Damages a film and asserts that all that becomes of it is the same, whether a part of it is sent or all. */
export async function assertSameDamaged(
  path: string,
  damage: (typeof DAMAGES)[number][1],
  rounds = 3,
): Promise<void> {
  const bytes = await readFile(path);
  const random = randomNumbers(18);
  for (let round = 0; round < rounds; round++) {
    const { differences } = await compareSound(await file('damaged', damage(bytes, random)));
    assert.deepEqual(differences, []);
  }
}
