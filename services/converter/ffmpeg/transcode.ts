import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import { ConversionFailure, NotJoinable } from '../failure.ts';
import { MIN_SEGMENT_SECONDS } from '../mp3/segments.ts';
import { conversionWarnings } from './conversion-warnings.ts';
import { encode } from './encode.ts';
import { type DivisibleTrack, encodeInParallel, selectedSeconds } from './encode-in-parallel.ts';
import type { Encoded, EncodeLimits, EncodeRequest } from './encode-request.ts';
import { outputChannels } from './mixdown.ts';
import { type Probe, probe } from './probe.ts';
import type { Timeline } from './timeline.ts';
import { INPUT, OUTPUT } from './untrusted-input.ts';
import { verify } from './verify.ts';

/** Each process decodes everything before its part, so that more parts would gain little. */
const MAX_PARTS = 8;

export interface EncodedMp3 {
  path: string;
  /** Number of processes that encoded it side by side. */
  parts: number;
  /** What the owner should know about the sound. */
  warnings: JobWarning[];
  timeline: Timeline;
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

/** Makes an MP3, without tags, of a video. Throws `ConversionFailure` where the video is at fault. */
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
    const probed = await probe(ffprobe, folder, signal);
    onProbe(probed);
    const { audio, filmStartSeconds, inputArguments } = probed;
    const { size: inputBytes } = await stat(join(folder, INPUT));
    const source = { audio, filmStartSeconds, inputArguments, inputBytes };
    const request = { ffmpeg, folder, ...source, options, limits, signal, onTime };
    const { encoded, parts } = await encodeOnIdleCores(request, tools);
    const timeline = timelineOf(request, encoded);
    const channels = { source: audio.channels, output: outputChannels(audio, options.channels) };
    const warnings = conversionWarnings({ encoded, timeline, channels });
    if (options.strict) requireUndamaged(warnings);
    return {
      path: join(folder, OUTPUT),
      parts,
      warnings,
      timeline,
      verify: () => verify({ ffmpeg, ffprobe, folder, maxDurationSeconds, signal }),
    };
  };
}

/** Encodes on all idle cores where that is possible, and otherwise on one core. `parts` is the number of processes. */
async function encodeOnIdleCores(
  request: EncodeRequest,
  { idleCores, minSegmentSeconds = MIN_SEGMENT_SECONDS }: TranscodeTools,
): Promise<{ encoded: Encoded; parts: number }> {
  const track = divisibleTrack(request);
  if (idleCores && track) {
    const maxParts = Math.min(
      MAX_PARTS,
      Math.floor(selectedSeconds({ ...request, audio: track }) / minSegmentSeconds),
    );
    const permits = idleCores.tryAcquire(maxParts - 1);
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
 * Returns the track if it can be encoded in parts. At a constant bit rate it cannot: parts are encoded without a bit
 * reservoir, which would lower the quality. At a variable bit rate that costs only space, which `joinSegments` wins back.
 */
function divisibleTrack({ audio, options }: EncodeRequest): DivisibleTrack | undefined {
  const { expectedSeconds, sampleRate } = audio;
  if (options.bitrate !== undefined || expectedSeconds === undefined || sampleRate === undefined)
    return undefined;
  return { ...audio, expectedSeconds, sampleRate };
}

function timelineOf({ filmStartSeconds, options }: EncodeRequest, { decoded, seconds }: Encoded): Timeline {
  const [rate = 1] = decoded.rates;
  const jumps = decoded.placed.jumps.map(({ at, by }) => ({ atSeconds: at / rate, seconds: by / rate }));
  return { filmStartSeconds, jumps, startSeconds: options.start ?? 0, lengthSeconds: seconds };
}

function requireUndamaged(warnings: readonly JobWarning[]): void {
  const damaged = warnings.find(({ code }) => code === 'damaged');
  if (damaged) throw new ConversionFailure('conversion_failed', damaged.detail);
}
