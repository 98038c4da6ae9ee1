import type { FileReport, StreamReport } from './report.ts';
import type { SourceTrack } from './source-track.ts';

/** Containers that state their length in advance, so that a shorter content means a truncated file. */
const STATES_LENGTH = /\b(mov|matroska|avi|flv|asf|flac)\b/;
/** The clock of an encoder starts before zero, by the samples that a player drops. Seconds. */
const MAX_PRIMING = 1;

/** What the file says about the length of the chosen track. It is a hint: only counted samples are certain. */
export interface StatedLength {
  /**
   * Seconds from the start of the film to the end of the track: the expected length of the MP3. Undefined where the file
   * states none, as in a browser's recording.
   */
  expectedSeconds: number | undefined;
  /** Whether `expectedSeconds` is the length of the track, or that of the file, where another track may be longer. */
  expectedOf: 'track' | 'file';
  /** Whether the length was written before the content, so that a shorter content means a truncated file. */
  isLengthStated: boolean;
}

/**
 * Returns where the clock of the film starts, in seconds: the least start of any audio or video track. The small negative
 * start of a track is the priming of its encoder, and counts as 0.
 */
export function filmStartOf(tracks: readonly SourceTrack[]): number {
  const starts = tracks.map(({ startSeconds }) => startSeconds).filter((start) => start !== undefined);
  const start = starts.length === 0 ? 0 : Math.min(...starts);
  return start < 0 && start >= -MAX_PRIMING ? 0 : start;
}

type Format = FileReport['format'];

/** Containers that state where a track ends on the clock of the file, which may start anywhere, and not its length. */
const STATES_END_OF_TRACK = /\b(matroska|asf)\b/;
const STATES_END_OF_FILE = /\b(matroska|asf|mov)\b/;

const fromFilmStart = (end: number, filmStartSeconds: number): number =>
  end > filmStartSeconds ? end - Math.max(0, filmStartSeconds) : end;

/** Returns the stated length of the film in seconds. @param filmStartSeconds see {@link filmStartOf} */
export function fileLength({ duration, format_name }: Format, filmStartSeconds: number): number | undefined {
  if (duration === undefined || !STATES_END_OF_FILE.test(format_name)) return duration;
  return fromFilmStart(duration, filmStartSeconds);
}

/** Returns the stated length of a track in seconds, from its own start or, in Matroska and ASF, from the start of the film. */
export function trackLength(
  { durationSeconds }: SourceTrack,
  { format_name }: Format,
  filmStartSeconds: number,
): number | undefined {
  if (durationSeconds === undefined || !STATES_END_OF_TRACK.test(format_name)) return durationSeconds;
  return fromFilmStart(durationSeconds, filmStartSeconds);
}

/** @param track the chosen one. */
export function statedLength(track: SourceTrack, format: Format, filmStartSeconds: number): StatedLength {
  const isLengthStated = STATES_LENGTH.test(format.format_name);
  const length = trackLength(track, format, filmStartSeconds);
  if (length === undefined) {
    return { expectedSeconds: fileLength(format, filmStartSeconds), expectedOf: 'file', isLengthStated };
  }
  const start = STATES_END_OF_TRACK.test(format.format_name) ? undefined : track.startSeconds;
  const offset = Math.max(0, (start ?? filmStartSeconds) - filmStartSeconds);
  return { expectedSeconds: offset + length, expectedOf: 'track', isLengthStated };
}

/** Reads the tag in which Matroska states the end of a track: `00:10:00.021000000`. Returns seconds. */
export function taggedEnd(stream: StreamReport): number | undefined {
  const tag = stream.tags?.DURATION ?? stream.tags?.['DURATION-eng'];
  const [, hours, minutes, seconds] = /^(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tag ?? '') ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? total : undefined;
}
