import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/job.ts';
import { NotJoinable } from '../failure.ts';
import { joinSegments } from '../mp3/join.ts';
import { planSegments, type Segment, samplesOf } from '../mp3/segments.ts';
import { type EncodeLimits, encodeArguments, explain, outputRate, requireWhole, timeMark } from './encode.ts';
import { measureLoss } from './lost-sound.ts';
import { type AudioTrack, tooLong } from './probe.ts';
import { runEncoder } from './run-encoder.ts';
import { OUTPUT } from './untrusted-input.ts';

export interface PartsOptions {
  limits: EncodeLimits;
  signal: AbortSignal;
  /** Seconds of audio that are converted, in all parts together. */
  onTime: (seconds: number) => void;
}

const nameOf = (index: number) => `part-${index}.mp3`;

/**
 * Makes {@link OUTPUT} like `encode` does, by `count` processes side by side; each decodes up to its segment by itself,
 * which is cheap, and selects it by counting samples. Throws {@link NotJoinable} when one process has to do it:
 * the parts disagree, or one of them could not read the sound, which is for that one process to judge.
 */
export async function encodeInParts(
  path: string,
  folder: string,
  audio: AudioTrack & { expectedSeconds: number; sampleRate: number },
  options: ConversionOptions,
  count: number,
  { limits, signal, onTime }: PartsOptions,
): Promise<void> {
  const rate = outputRate(audio.sampleRate) ?? audio.sampleRate;
  const segments = planSegments(audio.expectedSeconds, rate, count);
  const seconds = segments.map(() => 0);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);

  const encodePart = async (segment: Segment, index: number) => {
    const part = { ...samplesOf(segment, rate), rate, output: nameOf(index) };
    const result = await runEncoder(path, encodeArguments(audio, options, limits, part), {
      folder,
      signal: either,
      timeoutSeconds: limits.maxConvertSeconds,
      onLine: (line) => {
        seconds[index] = timeMark(line) ?? seconds[index] ?? 0;
        onTime(seconds.reduce((sum, each) => sum + each));
      },
    });
    if (result.code) throw new NotJoinable(`a part failed: ${result.code}: ${result.stderr}`);
    explain(result);
    await requireWhole(join(folder, part.output), audio, limits);
    return result.decoded;
  };

  const paths = segments.map((_, index) => join(folder, nameOf(index)));
  try {
    const works = segments.map((segment, index) =>
      encodePart(segment, index).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    await Promise.allSettled(works);
    signal.throwIfAborted();
    failed.signal.throwIfAborted();
    const output = join(folder, OUTPUT);
    await joinSegments(segments, paths, { output, rate, signal });
    // Only the process of the last segment has decoded the whole sound.
    const decoded = await works.at(-1);
    if (decoded === undefined) return;
    const { seconds: made, lost } = await measureLoss(output, decoded);
    if (made > limits.maxDurationSeconds) throw tooLong(limits.maxDurationSeconds);
    if (lost !== undefined) throw new NotJoinable(`${lost} of the sound are missing`);
  } finally {
    await Promise.all(paths.map((part) => rm(part, { force: true })));
  }
}
