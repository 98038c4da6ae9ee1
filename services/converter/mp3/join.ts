import { NotJoinable } from '../failure.ts';
import { frameSamples } from './frame-header.ts';
import { type Frame, readFrames, readTags, type TaggedMp3 } from './frame-reader.ts';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';
import type { FrameMap } from './play-ranges.ts';
import { COMPARED_FRAMES, type Segment, sampleRange } from './segments.ts';

interface Part {
  segment: Segment;
  mp3: TaggedMp3;
}

export interface JoinOptions {
  /** Path of the joined MP3. */
  output: string;
  /** Sample rate for which the segments were planned, in Hz. */
  rate: number;
  signal: AbortSignal;
}

/**
 * Joins the MP3s of the segments, given in order, to one. Frame j of a part is frame `encodeFrom + j` of the whole, because
 * all encoders have the same delay. Returns where the frames are. Throws {@link NotJoinable} when two parts differ where they overlap. Bit for bit, the
 * sound is what one encoder without a reservoir would have made.
 */
export async function joinSegments(
  segments: readonly Segment[],
  paths: readonly string[],
  { output, rate, signal }: JoinOptions,
): Promise<FrameMap> {
  const parts = await openParts(segments, paths, rate);
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) throw new NotJoinable('there are no parts');
  const writer = await createFrameWriter(output, first.mp3, last.segment.encodeFrom + last.mp3.tag.frames);
  try {
    let overrun: Frame[] = [];
    for (const part of parts) overrun = await copyPart(part, overrun, writer, signal);
    return await writer.end(last.mp3.tag.padding);
  } finally {
    await writer.close();
  }
}

/**
 * Returns the parts up to the one in which the sound ends. That is not the last one where a file states more sound than it
 * holds.
 */
async function openParts(
  segments: readonly Segment[],
  paths: readonly string[],
  rate: number,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const [index, segment] of segments.entries()) {
    const mp3 = await readTags(paths[index] ?? '');
    // The container may state another sample rate than the decoder finds.
    if (mp3.tagFrame.header.sampleRate !== rate) throw new NotJoinable('a part has another sample rate');
    const { from, to } = sampleRange(segment, rate);
    const { frames, delay, padding } = mp3.tag;
    const encoded = frames * frameSamples(rate) - delay - padding;
    if (to !== undefined && encoded > to - from) throw new NotJoinable('a part is longer than its segment');
    if (to === undefined || encoded < to - from) {
      return [...parts, { segment: { ...segment, keepUntil: undefined }, mp3 }];
    }
    parts.push({ segment, mp3 });
  }
  throw new NotJoinable('there is no last part');
}

/**
 * Copies the frames that the segment keeps, and compares the first of them with the overrun of the segment before. Returns
 * the overrun of this segment.
 */
async function copyPart(
  { segment, mp3 }: Part,
  previousOverrun: readonly Frame[],
  writer: FrameWriter,
  signal: AbortSignal,
): Promise<Frame[]> {
  const { encodeFrom, keepFrom, keepUntil = Number.POSITIVE_INFINITY } = segment;
  const overrun: Frame[] = [];
  let next = encodeFrom;
  for await (const frames of readFrames(mp3)) {
    signal.throwIfAborted();
    const kept: Frame[] = [];
    for (const frame of frames) {
      const number = next++;
      if (number < keepFrom) continue;
      const other = previousOverrun[number - keepFrom];
      if (other && !other.bytes.equals(frame.bytes)) throw new NotJoinable('two parts do not agree');
      if (number < keepUntil) kept.push(frame);
      // The frame is copied, because it would keep the large block of the file in memory.
      else if (overrun.length < COMPARED_FRAMES) overrun.push({ ...frame, bytes: Buffer.from(frame.bytes) });
    }
    await writer.write(kept);
  }
  if (next !== encodeFrom + mp3.tag.frames) {
    throw new NotJoinable('a part does not hold the number of frames that it states');
  }
  return overrun;
}
