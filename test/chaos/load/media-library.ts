import { readFile } from 'node:fs/promises';
import { decodedSeconds, file, freeBox, media, picture, tone, video } from '../../support/media.ts';
import { randomBytes } from '../../support/random.ts';

/** Wraps bytes in a last element of the container that every reader skips. */
type Tail = (bytes: Buffer) => Buffer;

interface Media {
  make(): Promise<string>;
  tail: Tail;
  /** `done`, or the error code of a job that must fail. */
  expects: string;
}

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-shortest'];
const both = (name: string, seconds: number, ...args: string[]) =>
  media(name, ...picture(seconds), ...tone(seconds), ...args);
const u32 = (value: number, write: 'writeUInt32BE' | 'writeUInt32LE'): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes[write](value);
  return bytes;
};

/** An EBML Void element with an eight-octet length. @see RFC 8794 11.3.2 */
const ebmlVoid: Tail = (bytes) =>
  Buffer.concat([Buffer.from('ec01000000', 'hex').subarray(0, 5), u32(bytes.length, 'writeUInt32BE'), bytes]);
/** A RIFF chunk after the sound. Its length is even, because odd chunks need a padding byte. */
const junkChunk: Tail = (bytes) =>
  Buffer.concat([
    Buffer.from('JUNK'),
    u32(bytes.length & ~1, 'writeUInt32LE'),
    bytes.subarray(0, bytes.length & ~1),
  ]);
const unchanged: Tail = (bytes) => bytes;

const good = (make: () => Promise<string>, tail: Tail): Media => ({ make, tail, expects: 'done' });

/** Media that can be converted. */
export const GOOD_MEDIA = {
  'short.mp4': good(() => video(2), freeBox),
  'film.mp4': good(() => video(12), freeBox),
  'index-last.mp4': good(() => video(7, { faststart: false }), freeBox),
  'long.mov': good(() => both('long.mov', 60, ...x264), freeBox),
  'film.mkv': good(() => both('film.mkv', 10, ...x264), ebmlVoid),
  'film.webm': good(
    () => both('film.webm', 5, '-c:v', 'libvpx', '-b:v', '100k', '-c:a', 'libvorbis', '-shortest'),
    ebmlVoid,
  ),
  'sound.wav': good(() => media('sound.wav', ...tone(20)), junkChunk),
  'large.wav': good(() => media('large.wav', ...tone(60), '-ac', '2'), junkChunk),
} satisfies Record<string, Media>;

/** Media that are accepted because of their first bytes, and that cannot be converted. */
export const BAD_MEDIA = {
  'silent.mp4': { make: () => media('silent.mp4', ...picture(2)), tail: freeBox, expects: 'no_audio' },
  'torn.mp4': { make: torn, tail: unchanged, expects: 'truncated' },
  'noise.ogg': { make: () => file('noise.ogg', 'OggSnoise'), tail: unchanged, expects: 'not_media' },
} satisfies Record<string, Media>;

const ALL: Record<string, Media> = { ...GOOD_MEDIA, ...BAD_MEDIA };
export type MediaName = keyof typeof GOOD_MEDIA | keyof typeof BAD_MEDIA;

/** An MP4 that ends where its index should begin. */
async function torn(): Promise<string> {
  const whole = await readFile(await video(7, { faststart: false }));
  return file('torn.mp4', whole.subarray(0, whole.indexOf('moov') - 4));
}

export interface MediaLibrary {
  /** A file whose content no other number has. It is converted like all files of this name. `padding` is in bytes. */
  bytes(name: MediaName, number: number, padding: number): Buffer;
  /** The length that its MP3 must have. */
  seconds(name: MediaName): number;
}

/** Makes every file once, by ffmpeg. */
export async function createMediaLibrary(): Promise<MediaLibrary> {
  const made = new Map<string, { bytes: Buffer; seconds: number }>();
  for (const [name, source] of Object.entries(ALL)) {
    const path = await source.make();
    const seconds = source.expects === 'done' ? await decodedSeconds(path) : 0;
    made.set(name, { bytes: await readFile(path), seconds });
  }
  const get = (name: MediaName) => made.get(name) as { bytes: Buffer; seconds: number };
  return {
    bytes(name, number, padding) {
      const unique = randomBytes(padding, number & 0xff);
      unique.writeUInt32BE(number);
      return withTail(get(name).bytes, ALL[name]?.tail(unique) ?? unique);
    },
    seconds: (name) => get(name).seconds,
  };
}

function withTail(bytes: Buffer, tail: Buffer): Buffer {
  const whole = Buffer.concat([bytes, tail]);
  if (whole.toString('latin1', 0, 4) === 'RIFF') whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}
