import { rankTracks, type TrackTraits } from '../../shared/tracks/rank.ts';
import type { WantedSound } from './planner.ts';
import { type Container, isProven } from './proven.ts';

/** What the container of a film says about one of its audio tracks. */
export interface FilmTrack extends TrackTraits {
  /** Position among the audio tracks, from 1. */
  position: number;
  /** ffmpeg's name of the codec, such as `aac`. Undefined where it is not certain. */
  codec: string | undefined;
  isEncrypted: boolean;
  /** Whether it holds nothing at all. */
  isEmpty: boolean;
}

/**
 * Returns the audio track that the server would choose of the whole film. Returns undefined where that is not certain: a track
 * that comes first by the server's rule is encrypted or of a codec that is not proven, so that the server may skip it; or there
 * is no such track, and the server says so.
 */
export function chooseSound<Track extends FilmTrack>(
  container: Container,
  tracks: readonly Track[],
  { track: wanted }: WantedSound,
): Track | undefined {
  // The server skips empty tracks without a word.
  const best = rankTracks(tracks, wanted).find(({ isEmpty }) => !isEmpty);
  return best && !best.isEncrypted && isProven(container, best.codec) ? best : undefined;
}
