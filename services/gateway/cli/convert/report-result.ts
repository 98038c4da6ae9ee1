import type { JobView } from '../../../shared/jobs/job.ts';
import { isAboutMissingSound, type JobWarning } from '../../../shared/jobs/warnings.ts';
import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import type { Reporter } from '../terminal/reporter.ts';
import { printable } from '../terminal/text.ts';

export interface SavedMp3 {
  /** Name of the video. */
  name: string;
  /** Where the MP3 was saved. */
  where: string;
  mp3: NonNullable<JobView['mp3']>;
  warnings: JobView['warnings'];
}

/** Reports an MP3 that was saved. Missing sound comes first, and is reported with --quiet as well. */
export function reportResult({ name, where, mp3, warnings }: SavedMp3, reporter: Reporter): void {
  for (const warning of warnings.filter(isAboutMissingSound)) {
    reporter.warning(`${printable(name)}: ${sentenceOf(warning)}`);
  }
  const length = formatDuration(mp3.duration_seconds);
  reporter.success(`${printable(name)} → ${printable(where)}  ${formatSize(mp3.size)}, ${length}`);
  for (const warning of warnings.filter((other) => !isAboutMissingSound(other))) {
    reporter.info(`  Note: ${sentenceOf(warning)}`);
  }
}

/** The detail may quote the file, such as the title of a track, so it is untrusted text. */
const sentenceOf = ({ code, detail }: JobWarning): string => printable(detail || code);
