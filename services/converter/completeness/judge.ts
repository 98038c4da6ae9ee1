import { type JobWarning, toMilliseconds } from '../../shared/jobs/warnings.ts';
import { durationInText } from '../../shared/runtime/format.ts';
import type { Extent } from './extent.ts';

/** What was read of the sound track, in seconds. */
export interface Converted {
  /** Where the last packet ends, from the start of the film. */
  endSeconds: number;
  /** The sum of the durations of all packets. */
  sumSeconds: number;
}

/**
 * Says whether a file was cut, or states more than it holds. Without evidence it says nothing: sound may have holes, or end
 * before the picture, and a live recording states no length.
 */
export function judge(extent: Extent, converted: Converted): JobWarning | undefined {
  if (extent.end === 'cut') return judgeCut(extent, converted);
  const { soundSeconds, fileSeconds, lastSeconds } = extent;
  // Timestamps may be useless, and holes are not in the sum. What reaches further counts.
  const seconds = Math.max(converted.endSeconds, converted.sumSeconds);
  const reached = Math.max(seconds, lastSeconds ?? 0);
  const report = extent.end === 'whole' ? headerLengthWrong : truncated;
  // Where the end of the other tracks is unknown, they may last longer than the sound.
  if (lastSeconds !== undefined && fileSeconds !== undefined && isShort(reached, fileSeconds)) {
    return report(seconds, fileSeconds);
  }
  if (soundSeconds !== undefined && isShort(reached, soundSeconds)) return report(seconds, soundSeconds);
  return undefined;
}

function judgeCut(extent: Extent, { endSeconds, sumSeconds }: Converted): JobWarning | undefined {
  const { share, wholeSeconds = Number.POSITIVE_INFINITY } = extent;
  const reached = Math.min(Math.max(endSeconds, sumSeconds), wholeSeconds);
  const byShare = share === undefined ? undefined : reached / share;
  const stated = extent.soundSeconds ?? extent.fileSeconds ?? byShare;
  if (stated === undefined) return truncated(reached);
  // A clock that jumped reaches further than the stated length. The sum is right then.
  const seconds = reached > stated + CREDIBLE_SECONDS ? sumSeconds : reached;
  // A length that is less than what was found says nothing about the missing part.
  if (seconds > stated + CREDIBLE_SECONDS) return truncated(seconds);
  // The length of the file is that of its longest track.
  const there = extent.soundSeconds === undefined ? Math.max(seconds, extent.lastSeconds ?? 0) : seconds;
  const least = Math.min(0.5, Math.max(0.1, stated / 100));
  return stated - there > least ? truncated(seconds, stated) : undefined;
}

/** Seconds by which a header may state too little. */
const CREDIBLE_SECONDS = 1;

/** Headers are rounded, and encoders add a little at both ends. */
const isShort = (there: number, stated: number) => stated - there > Math.max(0.5, stated / 100);

function truncated(seconds: number, of?: number): JobWarning {
  const first = `The end of the file is missing: the first ${durationInText(seconds)}`;
  if (of === undefined)
    return { code: 'truncated', detail: `${first} are there.`, seconds: toMilliseconds(seconds) };
  const detail = `${first} of ${durationInText(of)} are there.`;
  return { code: 'truncated', detail, seconds: toMilliseconds(seconds), of_seconds: toMilliseconds(of) };
}

function headerLengthWrong(seconds: number, of: number): JobWarning {
  const detail = `The file states a length of ${durationInText(of)}, and holds ${durationInText(seconds)}. Nothing is missing.`;
  return {
    code: 'header_length_wrong',
    detail,
    seconds: toMilliseconds(seconds),
    of_seconds: toMilliseconds(of),
  };
}
