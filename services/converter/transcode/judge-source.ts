import { join } from 'node:path';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { judgeCompleteness } from '../completeness/completeness.ts';
import type { Converted } from '../completeness/judge.ts';
import { ConversionFailure } from '../failure.ts';
import type { Encoded, EncodeRequest } from '../ffmpeg/encode-request.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';

/** Seconds of damaged sound that a cut explains: the last packet is incomplete. */
const LAST_PACKET_SECONDS = 1.5;

/** Seconds by which an MP3 may be shorter than the part that was asked for, because an encoder rounds. */
const ROUNDING = 0.05;

/**
 * Puts what there is to say about the end of `INPUT` before the warnings of its conversion. Throws {@link ConversionFailure}
 * with the option `strict` where sound is missing.
 */
export async function addCompleteness(
  warnings: readonly JobWarning[],
  request: EncodeRequest,
  encoded: Encoded,
): Promise<JobWarning[]> {
  const { folder, audio, filmStartSeconds, options } = request;
  const converted = convertedOf(request, encoded);
  if (!converted) return [...warnings];
  const { position, expectedOf, expectedSeconds } = audio;
  const statedSeconds = expectedOf === 'track' ? expectedSeconds : undefined;
  const found = await judgeCompleteness(
    join(folder, INPUT),
    { position: position ?? 1, statedSeconds, filmStartSeconds },
    converted,
  );
  // Sound that could not be decoded is why the track is shorter than stated. It is not true that nothing is missing.
  const isShortened = warnings.some(({ code }) => code === 'damaged');
  if (found?.code !== 'truncated') return found && !isShortened ? [found, ...warnings] : [...warnings];
  if (options.strict) throw new ConversionFailure('truncated', found.detail);
  return [found, ...warnings.filter((warning) => !isExplainedByCut(warning))];
}

/**
 * Returns what was read of the track. Undefined with the option `end`, where the sound reaches it: nothing was read behind it, so
 * that nothing can be said.
 */
function convertedOf(
  { filmStartSeconds, options: { start = 0, end } }: EncodeRequest,
  { packets, seconds }: Encoded,
): Converted | undefined {
  if (packets?.endSeconds !== undefined) {
    return { endSeconds: packets.endSeconds - filmStartSeconds, sumSeconds: packets.sumSeconds };
  }
  const reached = start + seconds;
  return end !== undefined && reached < end - ROUNDING
    ? { endSeconds: reached, sumSeconds: reached }
    : undefined;
}

const isExplainedByCut = ({ code, seconds = 0 }: JobWarning): boolean =>
  code === 'damaged' && seconds < LAST_PACKET_SECONDS;
