import { NotJoinable } from '../failure.ts';
import { frameSamples } from './frame-header.ts';
import { copyOf, type Frame, readFrames, readTags, type TaggedMp3 } from './frame-reader.ts';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';
import type { JoinMethod } from './join-method.ts';
import { type Segment, sampleRange } from './segments.ts';

interface Part {
  segment: Segment;
  mp3: TaggedMp3;
}

export interface JoinOptions {
  /** Path of the joined MP3. */
  output: string;
  /** Sample rate for which the segments were planned, in Hz. */
  rate: number;
  /** How the segments were planned and encoded. */
  method: JoinMethod;
  signal: AbortSignal;
}

/**
 * Joins the MP3s of the segments, given in order, to one. Frame j of a part is frame `encodeFrom + j` of the whole, because
 * all encoders have the same delay. Throws {@link NotJoinable} when two parts do not fit together where they overlap.
 */
export async function joinSegments(
  segments: readonly Segment[],
  paths: readonly string[],
  { output, rate, method, signal }: JoinOptions,
): Promise<void> {
  const parts = await openParts(segments, paths, { rate, method });
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) throw new NotJoinable('there are no parts');
  const writer = await createFrameWriter(output, first.mp3, {
    frames: last.segment.encodeFrom + last.mp3.tag.frames,
    packer: method.createPacker(),
  });
  try {
    let overrun: Frame[] = [];
    for (const part of parts) overrun = await copyPart(part, overrun, { method, writer, signal });
    await writer.end(last.mp3.tag.padding);
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
  { rate, method }: Pick<JoinOptions, 'rate' | 'method'>,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const [index, segment] of segments.entries()) {
    const mp3 = await readTags(paths[index] ?? '');
    // The container may state another sample rate than the decoder finds.
    if (mp3.tagFrame.header.sampleRate !== rate) throw new NotJoinable('a part has another sample rate');
    const { from, to } = sampleRange(segment, rate, method.overlap);
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
 * Copies the frames that the segment keeps. The first of them are merged with the overrun of the segment before. Returns the
 * overrun of this segment.
 */
async function copyPart(
  { segment, mp3 }: Part,
  previousOverrun: readonly Frame[],
  { method, writer, signal }: Pick<JoinOptions, 'method' | 'signal'> & { writer: FrameWriter },
): Promise<Frame[]> {
  const { encodeFrom, keepFrom, keepUntil = Number.POSITIVE_INFINITY } = segment;
  const mergeUntil = keepFrom + previousOverrun.length;
  if (mergeUntil > keepUntil) throw new NotJoinable('a segment is shorter than its overlap');
  const merged: Frame[] = [];
  const overrun: Frame[] = [];
  let next = encodeFrom;
  for await (const frames of readFrames(mp3)) {
    signal.throwIfAborted();
    const kept: Frame[] = [];
    for (const frame of frames) {
      const number = next++;
      if (number < keepFrom) continue;
      // What waits is copied, because it would keep the large block of the file in memory.
      if (number < mergeUntil) merged.push(copyOf(frame));
      else if (number < keepUntil) kept.push(frame);
      else if (overrun.length < method.overlap.compared) overrun.push(copyOf(frame));
      if (number === mergeUntil - 1) kept.push(...method.merge(previousOverrun, merged));
    }
    await writer.write(kept);
  }
  if (next !== encodeFrom + mp3.tag.frames) {
    throw new NotJoinable('a part does not hold the number of frames that it states');
  }
  if (next < mergeUntil) throw new NotJoinable('a part ends within its overlap');
  return overrun;
}
