import { frameSamples } from './frame-header.ts';

/**
 * Number of frames that are encoded before the first frame that a segment keeps, and then dropped. After them, the state of
 * LAME (overlapping transforms, masking by earlier frames, slow adjustment to the loudness) is bit for bit that of an encoder
 * which has encoded everything before. A fade needed 34 frames, and most sound 2. A frame takes about 25 ms.
 */
export const PREROLL_FRAMES = 96;
/** Number of frames that are encoded beyond a segment and then dropped, because an encoder pads the end of its stream. */
export const OVERRUN_FRAMES = 8;
/** How many frames of the overrun must equal the first frames of the next segment. */
export const COMPARED_FRAMES = 4;
/** A segment that is shorter than this is not worth a process. */
export const MIN_SEGMENT_SECONDS = 30;
/** Share of the work that is decoding. Each process decodes everything before its segment. With AAC: 0.4 s of 5.5 s. */
const DECODING_SHARE = 0.07;

/** A part of the sound that one process encodes. Frames are numbered from 0 in the whole MP3. */
export interface Segment {
  /** The first frame that is encoded. */
  encodeFrom: number;
  /** The first frame that is kept. */
  keepFrom: number;
  /** The frame after the last one that is kept. Undefined for the last segment, which ends with the sound. */
  keepUntil: number | undefined;
}

/** Plans `count` segments, which all processes should finish at the same time. */
export function planSegments(expectedSeconds: number, sampleRate: number, count: number): Segment[] {
  const frames = Math.ceil((expectedSeconds * sampleRate) / frameSamples(sampleRate));
  const pace = 1 - DECODING_SHARE;
  const cut = (index: number) => Math.round((frames * (1 - pace ** index)) / (1 - pace ** count));
  return Array.from({ length: count }, (_, index) => {
    const keepFrom = cut(index);
    const keepUntil = index === count - 1 ? undefined : cut(index + 1);
    return { encodeFrom: Math.max(0, keepFrom - PREROLL_FRAMES), keepFrom, keepUntil };
  });
}

/** Returns the samples that the process of a segment encodes: the first one, and the one after the last. */
export function sampleRange(
  { encodeFrom, keepUntil }: Segment,
  sampleRate: number,
): { from: number; to?: number } {
  const samples = frameSamples(sampleRate);
  const from = encodeFrom * samples;
  return keepUntil === undefined ? { from } : { from, to: (keepUntil + OVERRUN_FRAMES) * samples };
}
