import { Unplannable } from './boxes.ts';
import type { MovieTrack } from './movie.ts';
import type { FragmentTrack } from './track-fragment.ts';

/** The server takes a small negative start, which is the priming of an encoder, for 0. Seconds. */
const MAX_PRIMING = 1;

/**
 * Makes sure that the start of the film stays, although other sound tracks have no samples: the server takes the least start of
 * any track.
 *
 * @throws Unplannable where one of the others begins before the chosen track, and before the picture
 */
export function requireSameStart(
  tracks: readonly MovieTrack[],
  chosen: MovieTrack,
  fragments: ReadonlyMap<number, FragmentTrack>,
): void {
  const kept = tracks.filter(
    (track) => track === chosen || (track.kind === 'video' && track.edits && track.tables.sampleCount > 0),
  );
  const first = Math.min(...kept.map((track) => startOf(track, fragments)));
  const others = tracks.filter(
    (track) => track !== chosen && track.kind === 'audio' && !isEmpty(track, fragments),
  );
  if (others.some((track) => startOf(track, fragments) < first))
    throw new Unplannable('The film begins with the sound of a track that is left out.');
}

/** Makes sure that the film does not seem shorter. @throws Unplannable where a sound track that is left out ends last */
export function requireSameEnd(
  tracks: readonly MovieTrack[],
  chosen: MovieTrack,
  fragments: ReadonlyMap<number, FragmentTrack>,
): void {
  const endOf = (track: MovieTrack) => (fragments.get(track.id)?.endTicks ?? 0) / track.timescale;
  const others = tracks.filter((track) => track !== chosen && track.kind === 'audio');
  const kept = tracks.filter((track) => !others.includes(track));
  const last = Math.max(...kept.map(endOf));
  if (others.some((track) => endOf(track) > last))
    throw new Unplannable('The film ends with the sound of a track that is left out.');
}

/** Whether a track has no samples at all, neither in the film's index nor in fragments. */
export const isEmpty = ({ id, tables }: MovieTrack, fragments: ReadonlyMap<number, FragmentTrack>): boolean =>
  (tables.sampleCount === 0 || tables.chunkCount === 0) && fragments.get(id)?.firstTicks === undefined;

/** Returns where a track begins, in seconds, as the server sees it. */
function startOf(
  { id, edits, tables, timescale }: MovieTrack,
  fragments: ReadonlyMap<number, FragmentTrack>,
): number {
  const { emptySeconds = 0, mediaSeconds = 0 } = edits ?? {};
  // ffmpeg gives a track in the film's index the start of its edit list, and shifts one in fragments.
  if (tables.sampleCount > 0) return emptySeconds;
  const start = (fragments.get(id)?.firstTicks ?? 0) / timescale + emptySeconds - mediaSeconds;
  return start < 0 && start >= -MAX_PRIMING ? 0 : start;
}
