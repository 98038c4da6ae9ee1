import type { Source } from '../../../shared/jobs/job.ts';
import type { JobWarning } from '../../../shared/jobs/warnings.ts';
import { untrustedInput } from '../untrusted-input.ts';
import { chooseTrack } from './choose-track.ts';
import { inspect, type ProbeTools } from './run-ffprobe.ts';
import type { SourceTrack } from './source-track.ts';
import { filmStartOf, type StatedLength, statedLength } from './stated-length.ts';
import { tracksOf } from './tracks.ts';

/** Tracks that the job lists. */
const MAX_TRACKS = 32;

/** The track that becomes the MP3. */
export type AudioTrack = SourceTrack & StatedLength;

export interface Probe {
  /** ffmpeg's names of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  formatName: string;
  /** The length that the file states for itself, in seconds. A hint. */
  durationSeconds: number | null;
  /** Where the clock of the film starts, in seconds on the clock of the file. */
  filmStartSeconds: number;
  /** What the job shows. */
  tracks: NonNullable<Source['tracks']>;
  audio: AudioTrack;
  /** Arguments that ffmpeg and ffprobe need before `-i INPUT`: the allow-lists, and how far to look for tracks. */
  inputArguments: readonly string[];
  warnings: JobWarning[];
}

/**
 * Reads what `INPUT` says about itself, and chooses the audio track that becomes the MP3.
 *
 * @param wanted the option `track`.
 * @throws `ConversionFailure` for a file that can never become an MP3.
 */
export async function probe(tools: ProbeTools, wanted?: number | string): Promise<Probe> {
  const { report, unsupported } = await inspect(tools, []);
  const tracks = tracksOf(report, unsupported);
  const { track, warnings } = chooseTrack(tracks, wanted);
  const filmStartSeconds = filmStartOf(tracks);
  return {
    formatName: report.format.format_name,
    durationSeconds: report.format.duration ?? null,
    filmStartSeconds,
    tracks: tracks.slice(0, MAX_TRACKS).map((each) => ({
      index: each.index,
      type: each.type,
      position: each.position,
      codec: each.codec,
      duration_seconds: each.durationSeconds ?? null,
      language: each.language,
      title: each.title,
      channels: each.channels ?? null,
      selected: each === track,
    })),
    audio: { ...track, ...statedLength(track, report.format, filmStartSeconds) },
    inputArguments: untrustedInput,
    warnings,
  };
}
