import { readAviSound } from './avi-sound.ts';
import { boxes } from './boxes.ts';
import { chunks, RIFF } from './chunks.ts';
import { type FileBytes, TooMuchRead, withFileBytes } from './file-bytes.ts';
import { playLength } from './iso-media.ts';
import { readMovie } from './movie-header.ts';

/** A track of a file, as its container counts it. */
export interface CountedTrack {
  /** The number of the stream within the container. */
  id: number | undefined;
  /** Its place among the audio tracks, from 1. Undefined for a picture. */
  position: number | undefined;
}

/**
 * Returns the length that the container states for each track, in seconds from its own start, in the order of `tracks`.
 * ffmpeg prints that of the whole file alone. Known are MP4 and MOV with one index for all, and the sound of AVI.
 *
 * @param formatName ffmpeg's name of the container
 */
export async function trackLengths(
  path: string,
  formatName: string,
  tracks: readonly CountedTrack[],
): Promise<(number | undefined)[]> {
  const read = /\bmov\b/.test(formatName) ? lengthsInMovie : formatName === 'avi' ? lengthsInAvi : undefined;
  if (!read) return [];
  try {
    return await withFileBytes(path, (file) => read(file, tracks));
  } catch (error) {
    if (!(error instanceof TooMuchRead)) throw error;
    return [];
  }
}

async function lengthsInMovie(file: FileBytes, tracks: readonly CountedTrack[]) {
  for await (const box of boxes(file, 0)) {
    if (box.type !== 'moov') continue;
    const movie = await readMovie(file, box);
    if (movie.isFragmented) return [];
    const lengths = new Map(
      movie.tracks.map((track) => [track.id, playLength(track) - track.emptySeconds || undefined]),
    );
    return tracks.map(({ id = -1 }) => lengths.get(id));
  }
  return [];
}

async function lengthsInAvi(file: FileBytes, tracks: readonly CountedTrack[]) {
  for await (const riff of chunks(file, RIFF, 0)) {
    for await (const chunk of chunks(file, RIFF, riff.start + 4, riff.end)) {
      if (chunk.type !== 'LIST' || (await file.read(chunk.start, 4)).toString('latin1') !== 'hdrl') continue;
      const lengths: (number | undefined)[] = [];
      for (const { position } of tracks) {
        const sound = position === undefined ? undefined : await readAviSound(file, chunk, position);
        lengths.push(sound?.statedSeconds && sound.statedSeconds - sound.startUnits * sound.unitSeconds);
      }
      return lengths;
    }
    return [];
  }
  return [];
}
