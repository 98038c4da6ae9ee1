import { frameSamples } from './frame-header.ts';

/**
 * Frames that a segment is encoded before its first, which are dropped: LAME's state (its overlapping transforms, the
 * masking of the frames before, the slow adjustment to the loudness) is then bit for bit that of an encoder which came
 * from the beginning. A fade took 34 frames, most sound 2; a frame takes about 25 ms.
 */
export const PREROLL = 96;
/** Frames that a segment is encoded beyond its end, dropped too: an encoder pads the end of its stream. */
export const OVERRUN = 8;
/** Of those, the frames that must equal the first of the next segment. */
export const COMPARED = 4;
/** Shorter segments than this are not worth a process, in seconds. */
export const MIN_SEGMENT_SECONDS = 30;
/** Share of decoding in the work; each process decodes all that lies before its segment. AAC: 0.4 s of 5.5 s. */
const DECODING = 0.07;

/** A part of the sound that one process encodes; frames count from 0 in the whole MP3. */
export interface Segment {
  /** The first frame that is encoded. */
  start: number;
  /** The first frame that is kept. */
  first: number;
  /** The frame after the last that is kept; undefined for the last segment, which goes to the end of the sound. */
  end: number | undefined;
}

/** Cuts where all processes should be done at the same time. */
export function planSegments(expectedSeconds: number, sampleRate: number, count: number): Segment[] {
  const frames = Math.ceil((expectedSeconds * sampleRate) / frameSamples(sampleRate));
  const pace = 1 - DECODING;
  const cut = (index: number) => Math.round((frames * (1 - pace ** index)) / (1 - pace ** count));
  return Array.from({ length: count }, (_, index) => {
    const first = cut(index);
    const end = index === count - 1 ? undefined : cut(index + 1);
    return { start: Math.max(0, first - PREROLL), first, end };
  });
}

/** Samples that a segment's process is to encode, from the first on and up to the other. */
export function samplesOf({ start, end }: Segment, sampleRate: number): { from: number; to?: number } {
  const samples = frameSamples(sampleRate);
  const from = start * samples;
  return end === undefined ? { from } : { from, to: (end + OVERRUN) * samples };
}
