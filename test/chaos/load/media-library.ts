import { readFile } from 'node:fs/promises';
import { decodedSeconds, file, media, picture, tone, video } from '../../support/media.ts';
import { randomBytes } from '../../support/random.ts';

type Tail = (bytes: Buffer) => Buffer;

interface Footage {
  make(): Promise<string>;
  /** A last piece of the container that every reader passes over, around these bytes. */
  tail: Tail;
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

/** ISO 14496-12 8.1.2: a box of type `free` may stand anywhere and is to be ignored. */
const freeBox: Tail = (bytes) =>
  Buffer.concat([u32(bytes.length + 8, 'writeUInt32BE'), Buffer.from('free'), bytes]);
/** RFC 8794 11.3.2: an EBML Void element, its length as eight octets. */
const ebmlVoid: Tail = (bytes) =>
  Buffer.concat([Buffer.from('ec01000000', 'hex').subarray(0, 5), u32(bytes.length, 'writeUInt32BE'), bytes]);
/** A RIFF chunk after the sound; even, for chunks are padded. */
const junkChunk: Tail = (bytes) =>
  Buffer.concat([
    Buffer.from('JUNK'),
    u32(bytes.length & ~1, 'writeUInt32LE'),
    bytes.subarray(0, bytes.length & ~1),
  ]);
const asItIs: Tail = (bytes) => bytes;

const good = (make: () => Promise<string>, tail: Tail): Footage => ({ make, tail, expects: 'done' });

export const GOOD = {
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
} satisfies Record<string, Footage>;

/** Accepted, for their first bytes are right, and then no MP3 can be made of them. */
export const BAD = {
  'silent.mp4': { make: () => media('silent.mp4', ...picture(2)), tail: freeBox, expects: 'no_audio' },
  'torn.mp4': { make: torn, tail: asItIs, expects: 'truncated' },
  'noise.ogg': { make: () => file('noise.ogg', 'OggS'), tail: asItIs, expects: 'not_media' },
} satisfies Record<string, Footage>;

const ALL: Record<string, Footage> = { ...GOOD, ...BAD };
export type FootageName = keyof typeof GOOD | keyof typeof BAD;

/** The pictures and sounds without the index that would come last, and no more of them than before it. */
async function torn(): Promise<string> {
  const whole = await readFile(await video(7, { faststart: false }));
  return file('torn.mp4', whole.subarray(0, whole.indexOf('moov') - 4));
}

export interface Library {
  /** Bytes that no other number gives, and which convert as all of this footage do. */
  bytes(name: FootageName, number: number, padding: number): Buffer;
  /** What its MP3 must last. */
  seconds(name: FootageName): number;
}

/** Makes all of it, once. */
export async function shoot(): Promise<Library> {
  const made = new Map<string, { bytes: Buffer; seconds: number }>();
  for (const [name, footage] of Object.entries(ALL)) {
    const path = await footage.make();
    const seconds = footage.expects === 'done' ? await decodedSeconds(path) : 0;
    made.set(name, { bytes: await readFile(path), seconds });
  }
  const get = (name: FootageName) => made.get(name) as { bytes: Buffer; seconds: number };
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
