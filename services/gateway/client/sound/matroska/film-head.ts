import type { Block } from './block.ts';
import type { MatroskaTrack } from './tracks.ts';

/** ffmpeg reads this many frames of a picture, from a whole one on, to learn its order and its rate. */
const PICTURE_BLOCKS = 24;
const SOUND_BLOCKS = 2;
/** ffmpeg gives up looking for tracks after 5 MB or 5 s of one of them. This is a little more. */
const MAX_BYTES = 5.5e6;
const MAX_SECONDS = 6;
/** The server looks for tracks in the first 200 packets. */
const MIN_BLOCKS = 200;

interface Seen {
  needed: number;
  firstSeconds: number | undefined;
}

/**
 * The start of a film, from which ffmpeg learns when each track begins and what it holds. It is kept as it is, so that ffmpeg
 * learns the same from the smaller file: it lasts until each track was there for a while, or until ffmpeg gives up.
 */
export class FilmHead {
  readonly #tracks = new Map<number, Seen & { isPicture: boolean }>();
  #blocks = 0;
  #bytes = 0;
  #incomplete = 0;
  #isLong = false;

  constructor(tracks: readonly MatroskaTrack[]) {
    for (const { number, type } of tracks) {
      if (type === 'other') continue;
      const isPicture = type === 'video';
      const needed = isPicture ? PICTURE_BLOCKS : SOUND_BLOCKS;
      this.#tracks.set(number, { needed, firstSeconds: undefined, isPicture });
      this.#incomplete += 1;
    }
  }

  /** Whether each track was there for a while. */
  get isComplete(): boolean {
    return this.#incomplete === 0;
  }

  get isOver(): boolean {
    return this.isComplete || (this.#isLong && this.#blocks >= MIN_BLOCKS);
  }

  /** Adds a block of the head. @param seconds its time on the clock of the film. */
  add({ track: number, isKey }: Block, bytes: number, seconds: number): void {
    this.#blocks += 1;
    this.#bytes += bytes;
    const track = this.#tracks.get(number);
    if (!track) return;
    track.firstSeconds ??= seconds;
    if (this.#bytes > MAX_BYTES || seconds - track.firstSeconds > MAX_SECONDS) this.#isLong = true;
    const isFirst = track.needed === PICTURE_BLOCKS;
    if (track.needed === 0 || (track.isPicture && isFirst && !isKey)) return;
    track.needed -= 1;
    if (track.needed === 0) this.#incomplete -= 1;
  }
}
