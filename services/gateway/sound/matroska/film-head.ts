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

/** What was seen of a track of pictures or sound. */
interface Seen {
  isPicture: boolean;
  /** Blocks until it was there for a while. */
  missing: number;
  blocks: number;
  lastSeconds: number;
  /** The shortest time from a block to a later one behind it: about the length of a frame. */
  stepSeconds: number;
}

/**
 * The start of a film, from which ffmpeg learns when each track begins and what it holds. It is kept as it is, so that ffmpeg
 * learns the same from the smaller file: it lasts until each track was there for a while, or until ffmpeg gives up.
 */
export class FilmHead {
  readonly #tracks = new Map<number, Seen>();
  #blocks = 0;
  #bytes = 0;
  #incomplete = 0;
  #isLong = false;

  constructor(tracks: readonly MatroskaTrack[]) {
    for (const { number, type } of tracks) {
      if (type === 'other') continue;
      const isPicture = type === 'video';
      const missing = isPicture ? PICTURE_BLOCKS : SOUND_BLOCKS;
      this.#tracks.set(number, {
        isPicture,
        missing,
        blocks: 0,
        lastSeconds: 0,
        stepSeconds: Number.POSITIVE_INFINITY,
      });
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
    if (track) {
      this.#addTo(track, isKey);
      measure(track, seconds);
    }
    const isOfMaxSeconds = track && track.blocks > 1 && track.blocks * track.stepSeconds > MAX_SECONDS;
    if (this.#bytes > MAX_BYTES || isOfMaxSeconds) this.#isLong = true;
  }

  #addTo(track: Seen, isKey: boolean): void {
    const isFirst = track.missing === PICTURE_BLOCKS;
    if (track.missing === 0 || (track.isPicture && isFirst && !isKey)) return;
    track.missing -= 1;
    if (track.missing === 0) this.#incomplete -= 1;
  }
}

/** ffmpeg adds up the lengths of frames. A clock that jumps is no length. */
function measure(track: Seen, seconds: number): void {
  const step = seconds - track.lastSeconds;
  if (track.blocks > 0 && step > 0) track.stepSeconds = Math.min(track.stepSeconds, step);
  track.blocks += 1;
  track.lastSeconds = seconds;
}
