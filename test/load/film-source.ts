import { readFile } from 'node:fs/promises';
import { decodedSeconds, freeBox, video } from '../support/media.ts';
import { randomBytes } from '../support/random.ts';

const PADDING_BYTES = 1024;

export interface FilmSource {
  /** A film whose bytes no other number has. */
  film(number: number): Buffer;
  /** The length that its MP3 must have. */
  seconds: number;
}

/** Makes a film by ffmpeg, from which copies with unique content are made. */
export async function createFilmSource(seconds = 3): Promise<FilmSource> {
  const file = await video(seconds);
  const film = await readFile(file);
  return {
    seconds: await decodedSeconds(file),
    film: (number) => Buffer.concat([film, freeBox(paddingOf(number))]),
  };
}

function paddingOf(number: number): Buffer {
  const padding = randomBytes(PADDING_BYTES);
  padding.writeUInt32BE(number);
  return padding;
}
