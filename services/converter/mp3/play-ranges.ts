import { frameSamples } from './frame-header.ts';
import { TOC_ENTRIES } from './xing-tag.ts';

/** Where the frames of an MP3 are. */
export interface FrameMap {
  /** Hz. */
  sampleRate: number;
  /** Number of frames of sound. */
  frames: number;
  /** Samples that the encoder added after the sound. */
  padding: number;
  /** Where each hundredth of the frames begins, in bytes of the file. */
  offsets: readonly number[];
}

/** A part of an MP3 that a decoder can play by itself. */
export interface PlayRange {
  /** The first byte, and the one after the last. Without the latter, it reaches to the end. */
  start: number;
  end?: number;
  /** Samples that a decoder plays of the part, and not where it plays the whole. */
  surplus: number;
  /** Those of them that are at the start. Absent where there are none. */
  leadIn?: number;
}

/** Below this rate (MPEG-2 and 2.5), small frames may have their data in dozens of frames before them. Hz. */
const MIN_RATE = 32_000;
/**
 * Frames that are played before the first frame of a range. Its data may begin in the nine frames before it, and a decoder is
 * silent where it has not seen these.
 */
const MIN_LEAD_IN = 10;
/** Samples by which a decoder is late. So many less than the padding are cut off at the end. */
const DECODER_DELAY = 529;

/**
 * Divides an MP3 into ranges that can be played at the same time. Each frame is in a range behind the frames that its data
 * begins in. Returns one range where that is not possible.
 *
 * @param count the number of ranges that are wanted, a small part of 100.
 */
export function planPlayRanges(
  { sampleRate, frames, padding, offsets }: FrameMap,
  count: number,
): PlayRange[] {
  const whole = [{ start: 0, surplus: 0 }];
  const frameAt = (percent: number) => Math.ceil((percent * frames) / TOC_ENTRIES);
  if (sampleRate < MIN_RATE || count < 2) return whole;
  if (frames < TOC_ENTRIES * MIN_LEAD_IN || offsets.length < TOC_ENTRIES) return whole;
  // A decoder cuts the padding off only where it knows the tag, which is in the first range.
  const cutAtEnd = Math.max(0, padding - DECODER_DELAY);
  const cuts = Array.from({ length: count - 1 }, (_, index) =>
    Math.floor(((index + 1) * TOC_ENTRIES) / count),
  );
  return [0, ...cuts].map((cut, index): PlayRange => {
    const next = cuts[index];
    const end = next === undefined ? undefined : offsets[next];
    const leadIn = cut === 0 ? 0 : (frameAt(cut) - frameAt(cut - 1)) * frameSamples(sampleRate);
    const surplus = leadIn + (next === undefined ? cutAtEnd : 0);
    const start = cut === 0 ? 0 : (offsets[cut - 1] ?? 0);
    return { start, ...(end !== undefined && { end }), surplus, ...(leadIn > 0 && { leadIn }) };
  });
}
