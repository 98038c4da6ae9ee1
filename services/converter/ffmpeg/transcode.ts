import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import { NotJoinable } from '../failure.ts';
import { MIN_SEGMENT_SECONDS } from '../mp3/segments.ts';
import { type EncodeLimits, type EncodeRequest, encode } from './encode.ts';
import { type DivisibleTrack, encodeInParallel } from './encode-in-parallel.ts';
import { type Probe, probe } from './probe/probe.ts';
import { OUTPUT } from './untrusted-input.ts';
import { verify } from './verify.ts';

/** Each process decodes everything before its part, so that more parts would gain little. */
const MAX_PARTS = 8;

export interface EncodedMp3 {
  path: string;
  /** Number of processes that encoded it side by side. */
  parts: number;
  /** Decodes the file to its end. Resolves with its length in seconds, or throws. May run while the file is stored. */
  verify(): Promise<number>;
}

export interface TranscodeRequest {
  /** The private folder of the attempt. It holds the video under the name `INPUT`, and the MP3 is made in it. */
  folder: string;
  options: ConversionOptions;
  signal: AbortSignal;
  onProbe(found: Probe): void;
  /** Gets the seconds of audio that are converted so far. */
  onTime(seconds: number): void;
}

/** Makes an MP3 of a video. Throws `ConversionFailure` where the video is at fault. */
export type Transcode = (request: TranscodeRequest) => Promise<EncodedMp3>;

export interface TranscodeTools {
  ffmpeg: string;
  ffprobe: string;
  limits: EncodeLimits;
  /** Where idle cores are acquired. Without it, a conversion uses one core. */
  idleCores?: Pick<CoreSlots, 'tryAcquire'>;
  minSegmentSeconds?: number;
}

export function createTranscode(tools: TranscodeTools): Transcode {
  const { ffmpeg, ffprobe, limits } = tools;
  const { maxDurationSeconds } = limits;
  return async ({ folder, options, signal, onProbe, onTime }) => {
    const probed = await probe({ ffmpeg, ffprobe, folder, signal }, options.track);
    onProbe(probed);
    const { audio } = probed;
    const parts = await encodeOnIdleCores({ ffmpeg, folder, audio, options, limits, signal, onTime }, tools);
    return {
      path: join(folder, OUTPUT),
      parts,
      verify: () => verify(audio, { ffmpeg, ffprobe, folder, maxDurationSeconds, signal }),
    };
  };
}

/** Encodes on all idle cores where that is possible, and otherwise on one core. Returns the number of processes. */
async function encodeOnIdleCores(
  request: EncodeRequest,
  { idleCores, minSegmentSeconds = MIN_SEGMENT_SECONDS }: TranscodeTools,
): Promise<number> {
  const track = divisibleTrack(request);
  if (idleCores && track) {
    const maxParts = Math.min(MAX_PARTS, Math.floor(track.expectedSeconds / minSegmentSeconds));
    const permits = idleCores.tryAcquire(maxParts - 1);
    const parts = 1 + permits.count;
    try {
      if (parts > 1) {
        await encodeInParallel({ ...request, audio: track, parts });
        return parts;
      }
    } catch (error) {
      if (!(error instanceof NotJoinable)) throw error;
    } finally {
      permits.release();
    }
  }
  await encode(request);
  return 1;
}

/**
 * Returns the track if it can be encoded in parts. At a constant bit rate it cannot: parts are encoded without a bit
 * reservoir, which would lower the quality. At a variable bit rate that costs only space, which `joinSegments` wins back.
 */
function divisibleTrack({ audio, options }: EncodeRequest): DivisibleTrack | undefined {
  const { expectedSeconds, sampleRate } = audio;
  if (options.bitrate !== undefined || expectedSeconds === undefined || sampleRate === undefined)
    return undefined;
  return { ...audio, expectedSeconds, sampleRate };
}
