import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outputRate } from '../../shared/mp3/output-format.ts';
import { NotJoinable } from '../failure.ts';
import type { OwnSamples } from '../meter/own-samples.ts';
import { stepSamples } from '../meter/sound-meter.ts';
import { joinSegments } from '../mp3/join.ts';
import { type JoinMethod, joinMethodFor } from '../mp3/join-method.ts';
import { ownSamples, planSegments, type Segment, sampleRange } from '../mp3/segments.ts';
import { timed } from '../span.ts';
import {
  canListPackets,
  reportTime,
  requireBelowSizeLimit,
  requireSuccess,
  requireWholeSound,
} from './encode.ts';
import type { PartArguments } from './encode-arguments.ts';
import { encodeLimits, maxErrorBytes } from './encode-limits.ts';
import type { Encoded, EncodeRequest } from './encode-request.ts';
import { requestedRange } from './filter-chain.ts';
import { measureLoss } from './lost-sound.ts';
import type { AudioTrack } from './probe/probe.ts';
import type { EncoderResult } from './run-encoder.ts';
import { runMetered } from './run-metered.ts';
import { selectedSeconds } from './selected-length.ts';
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
export async function encodeInParallel(request: ParallelEncodeRequest): Promise<Encoded> {
  const { folder, audio, options, limits, parts, signal } = request;
  const rate = outputRate(audio.sampleRate, options);
  const method = joinMethodFor(options);
  const seconds = selectedSeconds(audio.expectedSeconds, request);
  const segments = planSegments({ seconds, sampleRate: rate, count: parts, overlap: method.overlap });
  const paths = segments.map((_, index) => join(folder, partName(index)));
  const output = join(folder, OUTPUT);
  try {
    const encoded = await encodeParts(request, segments, { rate, method });
    const [, joined] = await timed(() => joinSegments(segments, paths, { output, rate, method, signal }));
    // Only the process of the last segment has decoded the whole sound.
    const last = encoded.at(-1);
    if (!last) throw new NotJoinable('there are no parts');
    const range = requestedRange(options, rate, limits);
    const { lost } = await measureLoss(output, last.decoded, range);
    if (lost !== undefined) throw new NotJoinable(`${lost} of the sound are missing`);
    return { ...(await requireWholeSound(request, last)), ...measuredOf(encoded), joined };
  } finally {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }
}

/** What was measured of all segments. Segments behind the end of the sound have no samples of their own. */
function measuredOf(encoded: readonly EncoderResult[]): Pick<Encoded, 'measured'> {
  const measured = encoded.flatMap((result) => result.measured ?? []);
  const [first] = measured;
  return first ? { measured: { format: first.format, parts: measured.map(({ part }) => part) } } : {};
}

/** Encodes all segments, or ends all processes when one fails. Returns what each process has read. */
async function encodeParts(
  request: ParallelEncodeRequest,
  segments: readonly Segment[],
  { rate, method }: { rate: number; method: JoinMethod },
): Promise<EncoderResult[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const seconds = segments.map(() => 0);
  const works = segments.map(async (segment, index) => {
    const onTime = (time: number) => {
      seconds[index] = time;
      request.onTime(seconds.reduce((sum, each) => sum + each));
    };
    try {
      const part = {
        ...sampleRange(segment, rate, method.overlap),
        output: partName(index),
        reservoir: method.reservoir,
      };
      return await encodePart(
        { ...request, signal, onTime },
        { part, own: ownSamples(segment, rate, stepSamples(rate)), isLast: index === segments.length - 1 },
      );
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // Waits for every process to end before their files are removed.
  await Promise.allSettled(works);
  request.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return Promise.all(works);
}

interface PartWork {
  part: PartArguments;
  own: OwnSamples;
  isLast: boolean;
}

async function encodePart(
  request: EncodeRequest<DivisibleTrack>,
  { part, own, isLast }: PartWork,
): Promise<EncoderResult> {
  const { folder, options, limits, signal } = request;
  const listsPackets = isLast && canListPackets(request);
  const onTime = listsPackets ? lastPartTime(request, part) : request.onTime;
  const tool = {
    ...{ folder, writes: [part.output], signal, listsPackets, onTime },
    timeoutSeconds: limits.maxConvertSeconds,
    limits: encodeLimits(request),
    maxErrorBytes: maxErrorBytes(request),
  };
  const result = await runMetered({ ...request, listsPackets, part }, tool, own);
  if (result.code) throw new NotJoinable(`a part failed: ${result.code}: ${result.stderr}`);
  requireSuccess(result);
  await requireBelowSizeLimit(join(folder, part.output), request);
  if (!listsPackets) request.onTime(partSeconds(result, part, outputRate(request.audio.sampleRate, options)));
  return result;
}

/** The process of the last part reads everything before its part. That is no progress yet. */
function lastPartTime(request: EncodeRequest<DivisibleTrack>, { from }: PartArguments) {
  const before = from / outputRate(request.audio.sampleRate, request.options);
  const onTime = (seconds: number) => request.onTime(Math.max(0, seconds - before));
  return reportTime({ ...request, onTime });
}

/** Returns the length of an encoded part in seconds. */
function partSeconds(
  { decoded }: EncoderResult,
  { from, to = Number.POSITIVE_INFINITY }: PartArguments,
  rate: number,
) {
  const { samples = 0, rates, placed } = decoded;
  const total = ((samples + placed.silence) * rate) / Math.max(1, ...rates);
  return Math.max(0, Math.min(to, total) - from) / rate;
}
