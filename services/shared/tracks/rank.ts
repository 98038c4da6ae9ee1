import { isSameLanguage } from './language.ts';

/** What decides which audio track of a file becomes the MP3. */
export interface TrackTraits {
  /** Position among the audio tracks, from 1. Null for a video track. */
  position: number | null;
  language: string | null;
  /** Whether the file marks the track as the one to play: of an MP4, the flag «enabled» (ISO 14496-12 8.3.2). */
  isDefault: boolean;
  /** Whether the file says that the track is not to be played. */
  isDisabled: boolean;
  /** Whether it is a comment on the film, or describes the picture: not the sound of the film itself. */
  isSecondary: boolean;
}

/**
 * Returns the audio tracks that come into question, the best one first. The best one is the sound of the film itself (no
 * commentary, no description of the picture), is not disabled, and is marked as the default, in this order; of equals, it is
 * the first one.
 *
 * @param tracks audio tracks.
 * @param wanted the position among the audio tracks, from 1, or a language by any of its codes of ISO 639-1 and 639-2.
 */
export function rankTracks<Track extends TrackTraits>(
  tracks: readonly Track[],
  wanted?: number | string,
): Track[] {
  const candidates = wanted === undefined ? tracks : tracks.filter((track) => isWanted(track, wanted));
  return candidates.toSorted(compare);
}

const isWanted = ({ position, language }: TrackTraits, wanted: number | string): boolean =>
  typeof wanted === 'number' ? position === wanted : language !== null && isSameLanguage(language, wanted);

function compare(one: TrackTraits, other: TrackTraits): number {
  const [left, right] = [drawbacks(one), drawbacks(other)];
  const differing = left.findIndex((value, place) => value !== right[place]);
  return differing < 0
    ? (one.position ?? 0) - (other.position ?? 0)
    : (left[differing] ?? 0) - (right[differing] ?? 0);
}

const drawbacks = ({ isSecondary, isDisabled, isDefault }: TrackTraits): number[] =>
  [isSecondary, isDisabled, !isDefault].map(Number);
