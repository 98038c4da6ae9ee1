import { NotJoinable } from '../failure.ts';
import { frameSamples } from './frame-header.ts';
import { type Frame, type FrameFile, framesOf, openFrameFile } from './frame-reader.ts';
import { createFrameWriter, type FrameWriter } from './frame-writer.ts';
import { COMPARED, type Segment, samplesOf } from './segments.ts';

interface Part {
  segment: Segment;
  file: FrameFile;
}

export interface JoinOptions {
  output: string;
  /** Hz, by which the segments were planned. */
  rate: number;
  signal: AbortSignal;
}

/**
 * Makes one MP3 of the files of the segments, in order. Frame j of a file is frame `start + j` of the whole, because
 * every encoder delays alike. Throws {@link NotJoinable} unless the files agree where they overlap: the result is, bit
 * for bit of the sound, what one encoder without a reservoir would have made.
 */
export async function joinSegments(
  segments: readonly Segment[],
  paths: readonly string[],
  { output, rate, signal }: JoinOptions,
): Promise<void> {
  const parts = await openParts(segments, paths, rate);
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) throw new NotJoinable('there are no parts');
  const writer = await createFrameWriter(output, first.file, last.segment.start + last.file.tag.frames);
  try {
    let seam: Frame[] = [];
    for (const part of parts) seam = await copyPart(part, seam, writer, signal);
    await writer.end(last.file.tag.padding);
  } finally {
    await writer.close();
  }
}

/** Parts up to the one in which the sound ended, which is not the last where a file states more than it holds. */
async function openParts(
  segments: readonly Segment[],
  paths: readonly string[],
  rate: number,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const [index, segment] of segments.entries()) {
    const file = await openFrameFile(paths[index] ?? '');
    // The decoder knows better than the container, now and then.
    if (file.info.header.sampleRate !== rate) throw new NotJoinable('a part has another sample rate');
    const { from, to } = samplesOf(segment, rate);
    const { frames, delay, padding } = file.tag;
    const encoded = frames * frameSamples(rate) - delay - padding;
    if (to !== undefined && encoded > to - from) throw new NotJoinable('a part is longer than its segment');
    if (to === undefined || encoded < to - from)
      return [...parts, { segment: { ...segment, end: undefined }, file }];
    parts.push({ segment, file });
  }
  throw new NotJoinable('there is no last part');
}

/** Copies the frames of a segment. Takes the frames that lie beyond the segment before, and returns its own such. */
async function copyPart(
  { segment, file }: Part,
  seam: readonly Frame[],
  writer: FrameWriter,
  signal: AbortSignal,
): Promise<Frame[]> {
  const beyond: Frame[] = [];
  const end = segment.end ?? Number.POSITIVE_INFINITY;
  let next = segment.start;
  for await (const frames of framesOf(file)) {
    signal.throwIfAborted();
    const kept: Frame[] = [];
    for (const frame of frames) {
      const number = next++;
      if (number < segment.first) continue;
      const other = seam[number - segment.first];
      if (other && !other.bytes.equals(frame.bytes)) throw new NotJoinable('two parts do not agree');
      if (number < end) kept.push(frame);
      // Copied: the block that holds it is large.
      else if (beyond.length < COMPARED) beyond.push({ ...frame, bytes: Buffer.from(frame.bytes) });
    }
    await writer.write(kept);
  }
  if (next !== segment.start + file.tag.frames)
    throw new NotJoinable('a part holds other frames than it states');
  return beyond;
}
