import { join } from 'node:path';
import type { ConversionOptions } from '../shared/jobs.ts';
import { type EncodeLimits, encode } from './ffmpeg.ts';
import { OUTPUT } from './input.ts';
import { type Probe, probe } from './probe.ts';
import { verify } from './verify.ts';

export interface Mp3 {
  path: string;
  /** Plays the file to its end: resolves with its length in seconds, or throws. May run while the file is stored. */
  verify(): Promise<number>;
}

export interface TranscodeRequest {
  /** Holds the video under the name {@link INPUT}; the MP3 is made in it. */
  folder: string;
  options: ConversionOptions;
  signal: AbortSignal;
  onProbe(found: Probe): void;
  /** Seconds of audio that are converted. */
  onTime(seconds: number): void;
}

/** Makes an MP3 of a video. Throws {@link ConversionFailure} where the video is at fault. */
export type Transcode = (request: TranscodeRequest) => Promise<Mp3>;

export function createTranscode(tools: { ffmpeg: string; ffprobe: string; limits: EncodeLimits }): Transcode {
  const { ffmpeg, ffprobe, limits } = tools;
  return async ({ folder, options, signal, onProbe, onTime }) => {
    const found = await probe(ffprobe, folder, limits, signal);
    onProbe(found);
    await encode(ffmpeg, folder, found.audio, options, { limits, signal, onTime });
    const { maxDurationSeconds } = limits;
    return {
      path: join(folder, OUTPUT),
      verify: () => verify(found.audio, { ffmpeg, ffprobe, folder, maxDurationSeconds, signal }),
    };
  };
}
