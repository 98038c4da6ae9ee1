import { join } from 'node:path';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { judgeCompleteness } from '../completeness/completeness.ts';
import { ConversionFailure } from '../failure.ts';
import type { Encoded, EncodeRequest } from '../ffmpeg/encode-request.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';

/** Seconds of damaged sound that a cut explains: the last packet is incomplete. */
const LAST_PACKET_SECONDS = 1.5;

/**
 * Puts what there is to say about the end of `INPUT` before the warnings of its conversion. With the option `end`, nothing was
 * read behind it, so that nothing is said. Throws {@link ConversionFailure} with the option `strict` where sound is missing.
 */
export async function addCompleteness(
  warnings: readonly JobWarning[],
  { folder, audio, filmStartSeconds, options }: EncodeRequest,
  { packets }: Encoded,
): Promise<JobWarning[]> {
  if (packets?.endSeconds === undefined) return [...warnings];
  const { position, expectedOf, expectedSeconds } = audio;
  const statedSeconds = expectedOf === 'track' ? expectedSeconds : undefined;
  const found = await judgeCompleteness(
    join(folder, INPUT),
    { position: position ?? 1, statedSeconds, filmStartSeconds },
    { endSeconds: packets.endSeconds - filmStartSeconds, sumSeconds: packets.sumSeconds },
  );
  if (found?.code !== 'truncated') return found ? [found, ...warnings] : [...warnings];
  if (options.strict) throw new ConversionFailure('truncated', found.detail);
  return [found, ...warnings.filter((warning) => !isExplainedByCut(warning))];
}

const isExplainedByCut = ({ code, seconds = 0 }: JobWarning): boolean =>
  code === 'damaged' && seconds < LAST_PACKET_SECONDS;
