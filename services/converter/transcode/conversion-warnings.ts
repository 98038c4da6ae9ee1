import { type JobWarning, toMilliseconds } from '../../shared/jobs/warnings.ts';
import { durationInText } from '../../shared/runtime/format.ts';
import type { Encoded } from '../ffmpeg/encode-request.ts';
import { MAX_HOLE_SECONDS, type Timeline } from '../ffmpeg/timeline.ts';
import { undecodedSeconds } from '../ffmpeg/undecoded-sound.ts';

/** More jumps than this are not worth a warning of their own. */
const MAX_JUMPS = 20;

export interface ConversionFacts {
  encoded: Encoded;
  timeline: Timeline;
  /** Channels of the source and of the MP3. */
  channels: { source: number | undefined; output: number | undefined };
}

/** Returns what the owner should know about an MP3 that is not exactly the sound of the video. */
export function conversionWarnings({ encoded, timeline, channels }: ConversionFacts): JobWarning[] {
  const damaged = missingSeconds(encoded);
  return [
    ...(damaged === undefined ? [] : [damagedWarning(damaged)]),
    ...gapWarnings(timeline),
    ...downmixWarnings(channels),
  ];
}

/**
 * Returns how many seconds of the packets could not be decoded, or undefined where it is not more than priming, padding and
 * the rounding of timestamps explain.
 */
function missingSeconds({ decoded, packets }: Encoded): number | undefined {
  const { samples, rates } = decoded;
  const [rate] = rates;
  if (samples === undefined || rate === undefined) return undefined;
  const missing = packets ? packets.sumSeconds - samples / rate : undecodedSeconds(decoded);
  const total = samples / rate + missing;
  return missing > Math.max(0.5, total * 0.005) ? toMilliseconds(missing) : undefined;
}

export const NOT_COPIED: JobWarning = {
  code: 'not_copied',
  detail:
    'The sound could not be passed on unchanged, because it is not MP3, is damaged, or has pauses. It was encoded.',
};

const damagedWarning = (seconds: number): JobWarning => ({
  code: 'damaged',
  detail: `A part of the sound is damaged and could not be decoded: about ${durationInText(seconds)}.`,
  seconds,
});

const gapWarnings = ({ jumps, startSeconds, lengthSeconds }: Timeline): JobWarning[] =>
  jumps
    .map(({ atSeconds, seconds }) => ({ seconds: toMilliseconds(seconds), at: atSeconds - startSeconds }))
    .filter(({ seconds, at }) => seconds > MAX_HOLE_SECONDS && at >= 0 && at <= lengthSeconds)
    .slice(0, MAX_JUMPS)
    .map(({ seconds, at }) => ({
      code: 'gap_closed',
      detail: gapDetail(at === 0 && startSeconds === 0, seconds),
      seconds,
      at_seconds: toMilliseconds(at),
    }));

/** A gap before the first frame is no pause: the sound begins late. */
const gapDetail = (isBeforeSound: boolean, seconds: number): string =>
  isBeforeSound
    ? `The sound begins ${durationInText(seconds)} after the film. The silence before it was left out of the MP3.`
    : `The recording pauses for ${durationInText(seconds)}. The pause was left out of the MP3.`;

/** The warning that more than two channels are mixed, or none. */
export function downmixWarnings({ source, output }: ConversionFacts['channels']): JobWarning[] {
  if (source === undefined || source <= 2) return [];
  const detail = `The ${source} channels of the video were mixed to ${output === 1 ? 'mono' : 'stereo'}.`;
  return [{ code: 'downmixed', detail }];
}
