import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/job.ts';
import type { Slots } from '../capacity/core-slots.ts';
import { NotJoinable } from '../failure.ts';
import { MIN_SEGMENT_SECONDS } from '../mp3/segments.ts';
import { type EncodeLimits, encode } from './encode.ts';
import { encodeInParts } from './encode-in-parallel.ts';
import { type AudioTrack, type Probe, probe } from './probe.ts';
import { OUTPUT } from './untrusted-input.ts';
import { verify } from './verify.ts';

/** Each part decodes everything before it, so more parts would gain little. */
const MAX_PARTS = 8;

export interface EncodedMp3 {
  path: string;
  /** Processes that encoded it side by side. */
  parts: number;
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
export type Transcode = (request: TranscodeRequest) => Promise<EncodedMp3>;

export interface TranscodeTools {
  ffmpeg: string;
  ffprobe: string;
  limits: EncodeLimits;
  /** Lends idle cores. Without it a conversion uses one core. */
  spare?: Pick<Slots, 'lend'>;
  minSegmentSeconds?: number;
}

export function createTranscode(tools: TranscodeTools): Transcode {
  const { ffmpeg, ffprobe, limits } = tools;
  return async (request) => {
    const { folder, signal, onProbe } = request;
    const found = await probe(ffprobe, folder, limits, signal);
    onProbe(found);
    const parts = await encodeAsFits(found.audio, request, tools);
    const { maxDurationSeconds } = limits;
    return {
      path: join(folder, OUTPUT),
      parts,
      verify: () => verify(found.audio, { ffmpeg, ffprobe, folder, maxDurationSeconds, signal }),
    };
  };
}

/**
 * Encodes on all idle cores, or on one. A constant bit rate always uses one: parts are encoded without a bit reservoir,
 * which lowers the quality at a constant bit rate. With VBR it costs only space, which the joining wins back.
 */
async function encodeAsFits(
  audio: AudioTrack,
  request: TranscodeRequest,
  tools: TranscodeTools,
): Promise<number> {
  const { folder, options, signal, onTime } = request;
  const { ffmpeg, limits, spare, minSegmentSeconds = MIN_SEGMENT_SECONDS } = tools;
  const { expectedSeconds, sampleRate } = audio;
  if (spare && 'quality' in options && expectedSeconds !== undefined && sampleRate !== undefined) {
    const most = Math.min(MAX_PARTS, Math.floor(expectedSeconds / minSegmentSeconds));
    const loan = spare.lend(most - 1);
    const parts = 1 + loan.count;
    try {
      if (parts > 1) {
        const known = { ...audio, expectedSeconds, sampleRate };
        await encodeInParts(ffmpeg, folder, known, options, parts, { limits, signal, onTime });
        return parts;
      }
    } catch (error) {
      if (!(error instanceof NotJoinable)) throw error;
    } finally {
      loan.giveBack();
    }
  }
  await encode(ffmpeg, folder, audio, options, { limits, signal, onTime });
  return 1;
}
