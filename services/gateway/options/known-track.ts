import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { Source, Track } from '../../shared/jobs/job-view.ts';
import { shorten } from '../../shared/runtime/cut-text.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { isSameLanguage } from '../../shared/tracks/language.ts';

/** Tracks that an error lists, and characters of each title. */
const MAX_LISTED = 20;
const MAX_TITLE = 60;

/**
 * Throws `invalid_option` where the options ask for an audio track that the video does not have. Before the first conversion the
 * tracks are not known, and then the converter finds out.
 */
export function requireKnownTrack({ track }: ConversionOptions, { tracks }: Pick<Source, 'tracks'>): void {
  if (track === undefined || tracks === null) return;
  const audio = tracks.filter(({ type }) => type === 'audio').map(withPosition);
  const isWanted = ({ position, language }: Track) =>
    typeof track === 'number' ? position === track : language !== null && isSameLanguage(language, track);
  if (audio.some(isWanted)) return;
  const listed = audio.slice(0, MAX_LISTED).map(describe).join('; ');
  const more = audio.length > MAX_LISTED ? `; and ${audio.length - MAX_LISTED} more` : '';
  throw new AppError(
    'invalid_option',
    `there is no audio track ${track}; the video has ${listed || 'none'}${more}`,
  );
}

/** Jobs of an older release have tracks without a position. */
const withPosition = (track: Track, index: number): Track => ({
  ...track,
  position: track.position ?? index + 1,
});

function describe({ position, language, title, codec }: Track): string {
  const details = [language, codec, title && shorten(title, MAX_TITLE)].filter((detail) => detail);
  return `track ${position} (${details.join(', ')})`;
}
