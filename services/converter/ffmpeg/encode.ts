import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { ConversionFailure, DiskFull, tooLong } from '../failure.ts';
import { encodeArguments, maxOutputBytes } from './encode-arguments.ts';
import { measureLoss } from './lost-sound.ts';
import type { AudioTrack } from './probe/probe.ts';
import { runEncoder } from './run-encoder.ts';
import type { ToolResult } from './run-tool.ts';
import { OUTPUT } from './untrusted-input.ts';

export interface EncodeLimits {
  maxDurationSeconds: number;
  maxConvertSeconds: number;
}

export interface EncodeRequest<Audio extends AudioTrack = AudioTrack> {
  /** Path of ffmpeg. */
  ffmpeg: string;
  /** The private folder of the attempt. It holds `INPUT`, and {@link OUTPUT} is made in it. */
  folder: string;
  audio: Audio;
  options: ConversionOptions;
  limits: EncodeLimits;
  signal: AbortSignal;
  /** Gets the seconds of audio that are converted so far. */
  onTime(seconds: number): void;
}

/** Makes {@link OUTPUT} from `INPUT` with one process. Throws {@link ConversionFailure} and {@link DiskFull}. */
export async function encode(request: EncodeRequest): Promise<void> {
  const { ffmpeg, folder, audio, options, limits, signal, onTime } = request;
  const result = await runEncoder(ffmpeg, encodeArguments(audio, options, limits), {
    folder,
    signal,
    timeoutSeconds: limits.maxConvertSeconds,
    onTime,
  });
  requireSuccess(result);
  const output = join(folder, OUTPUT);
  await requireBelowSizeLimit(output, audio, limits);
  const { seconds, lost } = await measureLoss(output, result.decoded);
  if (seconds > limits.maxDurationSeconds) throw tooLong(limits.maxDurationSeconds);
  if (lost !== undefined) {
    const cause = new Error(`${lost} were decoded and are not in the MP3, which holds ${seconds} s`);
    throw new ConversionFailure('conversion_failed', 'a part of the sound was lost in the conversion', cause);
  }
}

/** Throws where ffmpeg has reached the limit of `-fs`. It exits with 0 then, and leaves a truncated file. */
export async function requireBelowSizeLimit(
  path: string,
  audio: AudioTrack,
  limits: EncodeLimits,
): Promise<void> {
  const { size } = await stat(path);
  if (size >= maxOutputBytes(audio, limits.maxDurationSeconds)) {
    throw new ConversionFailure(
      'conversion_failed',
      'the file holds far more sound than it states, or than we can take',
    );
  }
}

/** Throws when ffmpeg failed: {@link ConversionFailure} where the video is at fault, {@link DiskFull}, or else an error. */
export function requireSuccess({ code, killedBy, timedOut, stderr }: ToolResult): void {
  const cause = new Error(`ffmpeg: ${code ?? killedBy}: ${stderr}`);
  if (timedOut) throw new ConversionFailure('conversion_failed', 'the conversion took too long', cause);
  // The kernel killed it for lack of memory, or it crashed. The file may be the cause of both.
  if (killedBy) throw cause;
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    throw new DiskFull('the spool is full', { cause });
  }
  if (code !== 0) {
    throw new ConversionFailure('conversion_failed', 'the sound of this file cannot be read', cause);
  }
}
