import type { OwnSamples } from '../meter/own-samples.ts';
import { frameSamples } from './frame-header.ts';

/** How far segments overlap, in frames. A frame takes about 25 ms. */
export interface Overlap {
  /** How many frames are encoded before the first one that a segment keeps, and then dropped. The encoder settles in them. */
  preroll: number;
  /** How many of its first frames are compared with those of the segment before, which are dropped. */
  compared: number;
  /** How many frames are encoded beyond a segment. They are more than are compared, because an encoder pads the end of its stream. */
  overrun: number;
  /** The number of the first frame that is encoded is a multiple of this one. */
  grid: number;
}

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

export interface SegmentPlan {
  /** Length of the sound. */
  seconds: number;
  /** Hz. */
  sampleRate: number;
  /** Number of segments. */
  count: number;
  overlap: Overlap;
}

/** Plans segments, which all processes should finish at the same time. */
export function planSegments({ seconds, sampleRate, count, overlap }: SegmentPlan): Segment[] {
  const frames = Math.ceil((seconds * sampleRate) / frameSamples(sampleRate));
  const pace = 1 - DECODING_SHARE;
  const cut = (index: number) => Math.round((frames * (1 - pace ** index)) / (1 - pace ** count));
  return Array.from({ length: count }, (_, index) => {
    const keepFrom = cut(index);
    const keepUntil = index === count - 1 ? undefined : cut(index + 1);
    const settled = Math.max(0, keepFrom - overlap.preroll);
    return { encodeFrom: settled - (settled % overlap.grid), keepFrom, keepUntil };
  });
}

/**
 * Returns which samples of its process a segment has for itself. All segments together have each sample once, and two of them meet
 * at a multiple of `step`.
 */
export function ownSamples(
  { encodeFrom, keepFrom, keepUntil }: Segment,
  sampleRate: number,
  step: number,
): OwnSamples {
  const samples = frameSamples(sampleRate);
  const firstStep = (frame: number) => Math.ceil((frame * samples) / step) * step;
  const from = firstStep(keepFrom);
  const leadIn = from - encodeFrom * samples;
  return keepUntil === undefined ? { leadIn } : { leadIn, length: firstStep(keepUntil) - from };
}

/** Returns the samples that the process of a segment encodes: the first one, and the one after the last. */
export function sampleRange(
  { encodeFrom, keepUntil }: Segment,
  sampleRate: number,
  { overrun }: Overlap,
): { from: number; to?: number } {
  const samples = frameSamples(sampleRate);
  const from = encodeFrom * samples;
  return keepUntil === undefined ? { from } : { from, to: (keepUntil + overrun) * samples };
}
