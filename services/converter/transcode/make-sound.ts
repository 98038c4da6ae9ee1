import type { JobWarning } from '../../shared/jobs/warnings.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import { NotJoinable } from '../failure.ts';
import { encode } from '../ffmpeg/encode.ts';
import { type DivisibleTrack, encodeInParallel } from '../ffmpeg/encode-in-parallel.ts';
import type { Encoded, EncodeRequest } from '../ffmpeg/encode-request.ts';
import { selectedSeconds } from '../ffmpeg/selected-length.ts';
import type { VerifiedMp3 } from '../ffmpeg/verify.ts';
import { encodeNormalized } from '../loudness/encode-normalized.ts';
import type { Loudness } from '../loudness/measure.ts';
import { MIN_SEGMENT_SECONDS } from '../mp3/segments.ts';

/** Each process decodes everything before its part, so that more parts would gain little. */
export const MAX_PARTS = 8;

export interface ParallelTools {
  /** Where idle cores are acquired. Without it, a conversion uses one core. */
  idleCores?: Pick<CoreSlots, 'tryAcquire'>;
  minSegmentSeconds?: number;
  /** Whether idle cores are used at a constant bit rate too. Default true. */
  parallelCbr?: boolean;
}

export interface MadeSound {
  encoded: Encoded;
  /** Number of processes that encoded it side by side. */
  parts: number;
  /** What the frames of the source were found to be, where they were passed on. Undefined for encoded sound. */
  copied?: VerifiedMp3;
  /** The loudness of the MP3 itself, where it was measured to reach one that was asked for. */
  loudness?: Loudness;
  warnings: JobWarning[];
}

/** Makes `OUTPUT`: at the loudness that was asked for, or at the level that the sound has. */
export async function makeSound(request: EncodeRequest, tools: ParallelTools): Promise<MadeSound> {
  const target = request.options.normalize;
  if (target === undefined) return { ...(await encodeOnIdleCores(request, tools)), warnings: [] };
  const encodeOnce = (each: EncodeRequest) => encodeOnIdleCores(each, tools);
  const { result, ...made } = await encodeNormalized(request, target, encodeOnce);
  return { ...result, ...made };
}

/** Encodes on all idle cores where that is possible, and otherwise on one core. */
async function encodeOnIdleCores(
  request: EncodeRequest,
  { idleCores, minSegmentSeconds = MIN_SEGMENT_SECONDS, parallelCbr = true }: ParallelTools,
): Promise<Omit<MadeSound, 'warnings'>> {
  const track = divisibleTrack(request);
  const isWanted = parallelCbr || request.options.bitrate === undefined;
  if (idleCores && track && isWanted && !request.early) {
    const seconds = selectedSeconds(track.expectedSeconds, request);
    const permits = idleCores.tryAcquire(Math.min(MAX_PARTS, Math.floor(seconds / minSegmentSeconds)) - 1);
    const parts = 1 + permits.count;
    try {
      if (parts > 1) return { encoded: await encodeInParallel({ ...request, audio: track, parts }), parts };
    } catch (error) {
      if (!(error instanceof NotJoinable)) throw error;
    } finally {
      permits.release();
    }
  }
  return { encoded: await encode(request), parts: 1 };
}

/**
 * Returns the track if it can be encoded in parts. Behind a limiter it cannot, because a limiter has a memory of what came before
 * the part. Where ffmpeg has to look deep into the file for the track, each process would keep much of it in memory.
 */
function divisibleTrack({ audio, inputArguments, gain }: EncodeRequest): DivisibleTrack | undefined {
  const { expectedSeconds, sampleRate } = audio;
  if (gain?.ceiling !== undefined) return undefined;
  if (inputArguments.includes('-probesize')) return undefined;
  if (expectedSeconds === undefined || sampleRate === undefined) return undefined;
  return { ...audio, expectedSeconds, sampleRate };
}
