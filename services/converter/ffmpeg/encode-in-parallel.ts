import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotJoinable, tooLong } from '../failure.ts';
import { joinSegments } from '../mp3/join.ts';
import { planSegments, type Segment, sampleRange } from '../mp3/segments.ts';
import { type EncodeRequest, requireBelowSizeLimit, requireSuccess } from './encode.ts';
import { encodeArguments, outputRate, type PartArguments } from './encode-arguments.ts';
import type { DecodedSound } from './encoder-log.ts';
import { measureLoss } from './lost-sound.ts';
import type { AudioTrack } from './probe/probe.ts';
import { runEncoder } from './run-encoder.ts';
import { OUTPUT } from './untrusted-input.ts';

/** A track whose length and sample rate are known, so that it can be cut into segments. */
export type DivisibleTrack = AudioTrack & { expectedSeconds: number; sampleRate: number };

/** `onTime` gets the seconds of all parts together. */
export interface ParallelEncodeRequest extends EncodeRequest<DivisibleTrack> {
  /** Number of processes. */
  parts: number;
}

const partName = (index: number) => `part-${index}.mp3`;

/**
 * Makes {@link OUTPUT} like `encode` does, with several processes side by side. Each process decodes the source from its
 * start, which is cheap, and selects its segment by counting samples. Throws {@link NotJoinable} when one process has to do
 * the whole work: the parts do not agree, or a process could not read the sound, which only a process that reads all of it
 * can judge.
 */
export async function encodeInParallel(request: ParallelEncodeRequest): Promise<void> {
  const { folder, audio, limits, parts, signal } = request;
  const rate = outputRate(audio.sampleRate) ?? audio.sampleRate;
  const segments = planSegments(audio.expectedSeconds, rate, parts);
  const paths = segments.map((_, index) => join(folder, partName(index)));
  const output = join(folder, OUTPUT);
  try {
    const decoded = await encodeParts(request, segments, rate);
    await joinSegments(segments, paths, { output, rate, signal });
    const { seconds, lost } = await measureLoss(output, decoded);
    if (seconds > limits.maxDurationSeconds) throw tooLong(limits.maxDurationSeconds);
    if (lost !== undefined) throw new NotJoinable(`${lost} of the sound are missing`);
  } finally {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }
}

/** Encodes all segments, or ends all processes when one fails. Returns what was decoded of the whole sound. */
async function encodeParts(
  request: ParallelEncodeRequest,
  segments: readonly Segment[],
  rate: number,
): Promise<DecodedSound> {
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const seconds = segments.map(() => 0);
  const works = segments.map(async (segment, index) => {
    const onTime = (time: number) => {
      seconds[index] = time;
      request.onTime(seconds.reduce((sum, each) => sum + each));
    };
    try {
      const part = { ...sampleRange(segment, rate), rate, output: partName(index) };
      return await encodePart({ ...request, signal, onTime }, part);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // Waits for every process to end before their files are removed.
  await Promise.allSettled(works);
  request.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  // Only the process of the last segment has decoded the whole sound.
  const decoded = (await Promise.all(works)).at(-1);
  if (!decoded) throw new NotJoinable('there are no parts');
  return decoded;
}

async function encodePart(request: EncodeRequest, part: PartArguments): Promise<DecodedSound> {
  const { ffmpeg, folder, audio, options, limits, signal, onTime } = request;
  const result = await runEncoder(ffmpeg, encodeArguments(audio, options, limits, part), {
    folder,
    signal,
    timeoutSeconds: limits.maxConvertSeconds,
    onTime,
  });
  if (result.code) throw new NotJoinable(`a part failed: ${result.code}: ${result.stderr}`);
  requireSuccess(result);
  await requireBelowSizeLimit(join(folder, part.output), audio, limits);
  return result.decoded;
}
