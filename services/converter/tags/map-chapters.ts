import type { Chapter } from './tags.ts';

/** How the clock of the file becomes the clock of the MP3. All in seconds. */
export interface Timeline {
  /** Where the film starts on the clock of the file. */
  startSeconds: number;
  /**
   * Jumps of the file's clock that the conversion closed, in any order: from `atSeconds` of the file's clock on, the clock
   * is `seconds` too late, or too early where the number is negative.
   */
  jumps?: readonly { atSeconds: number; seconds: number }[];
  /** Where the MP3 starts and ends in the film, on the film's clock from 0 and without the jumps. */
  cut?: { startSeconds?: number; endSeconds?: number };
  /** Length of the MP3. */
  lengthSeconds: number;
}

/** Shorter chapters cannot be told apart in milliseconds, the unit of ID3. */
const MIN_SECONDS = 0.001;

/**
 * Returns the chapters on the clock of the MP3, in order and without overlaps. What is outside of the MP3 is dropped or cut
 * off. A chapter without a usable end lasts until the next one, and one without a usable start is dropped.
 */
export function mapChapters(chapters: readonly Chapter[], timeline: Timeline): Chapter[] {
  const { lengthSeconds } = timeline;
  const sorted = chapters.filter(({ start }) => Number.isFinite(start)).sort((a, b) => a.start - b.start);
  const mapped: Chapter[] = [];
  for (const [index, chapter] of sorted.entries()) {
    const next = sorted[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    // Of two chapters with the same start, the first one gets no length and is dropped: containers list an outer one first.
    const stated = chapter.end > chapter.start ? chapter.end : Number.POSITIVE_INFINITY;
    const start = clamp(toMp3Clock(chapter.start, timeline), lengthSeconds);
    const end = clamp(toMp3Clock(Math.min(stated, next), timeline), lengthSeconds);
    if (end - start >= MIN_SECONDS) mapped.push({ ...chapter, start, end });
  }
  return mapped;
}

function toMp3Clock(seconds: number, { startSeconds, jumps = [], cut }: Timeline): number {
  let closed = 0;
  for (const jump of jumps) {
    // A time inside of the jump becomes the moment of the jump.
    if (seconds > jump.atSeconds) closed += Math.min(jump.seconds, seconds - jump.atSeconds);
  }
  const inFilm = seconds - startSeconds - closed;
  const { startSeconds: from = 0, endSeconds: to = Number.POSITIVE_INFINITY } = cut ?? {};
  return Math.min(inFilm, to) - from;
}

const clamp = (seconds: number, max: number) => Math.min(Math.max(seconds, 0), max);
