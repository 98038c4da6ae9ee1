import type { JobWarning } from '../../../shared/jobs/warnings.ts';
import { rankTracks } from '../../../shared/tracks/rank.ts';
import { ConversionFailure } from '../../failure.ts';
import type { SourceTrack } from './source-track.ts';

/** Tracks that the text of a failure lists. */
const MAX_LISTED = 20;

export interface ChosenTrack {
  track: SourceTrack;
  warnings: JobWarning[];
}

/**
 * Chooses the audio track that becomes the MP3. Without a wish, that is the first one which is the sound of the film itself
 * (no commentary, no description of the picture), is not disabled and is marked as the default; where no track is all of
 * that, the one that comes nearest, in this order. Tracks that are empty or cannot be decoded are skipped.
 *
 * @param tracks of the file, in its order.
 * @param wanted the position among the audio tracks, from 1, or a language by any of its codes of ISO 639-1 and 639-2.
 * @throws {@link ConversionFailure}: `no_audio`, `unknown_track`, `unsupported_codec` or `encrypted`.
 */
export function chooseTrack(tracks: readonly SourceTrack[], wanted?: number | string): ChosenTrack {
  const audio = tracks.filter(({ type }) => type === 'audio');
  if (audio.length === 0) throw new ConversionFailure('no_audio', 'the file has no sound');
  const ranked = rankTracks(audio, wanted);
  if (ranked.length === 0) throw unknownTrack(audio, wanted);
  const track = ranked.find(isUsable);
  if (!track) throw unusable(ranked, wanted);
  const skipped = ranked.slice(0, ranked.indexOf(track)).filter((better) => !isEmpty(better));
  return { track, warnings: skipped.map((better) => skippedWarning(better, track)) };
}

/** What is not known yet counts as good: the track is checked before it is used. */
const isUsable = (track: SourceTrack): boolean =>
  !track.isEncrypted && track.isDecodable !== false && !isEmpty(track);
const isEmpty = ({ hasPackets }: SourceTrack): boolean => hasPackets === false;

function unknownTrack(audio: readonly SourceTrack[], wanted: number | string | undefined): ConversionFailure {
  const listed = audio.slice(0, MAX_LISTED).map(nameOf).join('; ');
  const more = audio.length > MAX_LISTED ? `; and ${audio.length - MAX_LISTED} more` : '';
  return new ConversionFailure('unknown_track', `the file has no track ${wanted}, but ${listed}${more}`);
}

function unusable(ranked: readonly SourceTrack[], wanted: number | string | undefined): ConversionFailure {
  const present = ranked.filter((track) => !isEmpty(track));
  if (present.some(({ isEncrypted }) => isEncrypted)) {
    return new ConversionFailure('encrypted', 'the sound of the file is encrypted (copy protection)');
  }
  const [best] = present;
  if (best) {
    const format =
      best.codec === 'unknown' ? 'an unknown format' : `a format that cannot be decoded: ${best.codecTitle}`;
    const detail = `the sound of the file is in ${format}`;
    return new ConversionFailure('unsupported_codec', detail);
  }
  const what = wanted === undefined ? 'the audio track of the file' : `the audio track ${wanted} of the file`;
  return new ConversionFailure('no_audio', `${what} is empty`);
}

function skippedWarning(better: SourceTrack, taken: SourceTrack): JobWarning {
  const reason = better.isEncrypted ? 'is encrypted' : `cannot be decoded (${better.codecTitle})`;
  return {
    code: 'track_skipped',
    detail: `Audio track ${nameOf(better)} ${reason}; track ${nameOf(taken)} was taken.`,
  };
}

/** A track in words, such as `2 (eng, Director’s commentary)`. */
function nameOf({ position, language, title }: SourceTrack): string {
  const words = [language, title].filter((word) => word !== null).join(', ');
  return words ? `${position} (${words})` : `${position}`;
}
