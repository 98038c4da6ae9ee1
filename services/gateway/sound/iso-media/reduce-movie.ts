import { bytesOfSample, statesChannels } from './audio-codec.ts';
import { Unplannable } from './boxes.ts';
import type { MakeTables } from './chunk-tables.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { chunksOf, keepSamples, leaveOutSamples, type Reduction } from './reduce-track.ts';
import { hasPictureSetup } from './sample-entry.ts';
import type { FragmentTrack } from './track-fragment.ts';

/** Subtitles and time codes are small. Of a greater track, such as the measured values of a camera, the first sample is sent. */
const MAX_OTHER_TRACK_BYTES = 256 * 1024;
/** Titles of chapters, and their pictures. */
const MAX_CHAPTER_BYTES = 8 * 1024 * 1024;

/** Leaves out the samples of all tracks but the chosen one in the film's index. Chapters stay. */
export async function reduceMovie(
  reduction: Reduction,
  { tracks }: Movie,
  chosen: MovieTrack,
): Promise<MakeTables[]> {
  const chapterTracks = new Set(tracks.flatMap((track) => track.chapterTracks));
  if (chapterTracks.has(chosen.id)) throw new Unplannable('The sound is a track of chapters.');
  const made: MakeTables[] = [];
  for (const track of tracks) made.push(await reduce(reduction, track, { chosen, chapterTracks }));
  return made;
}

async function reduce(
  reduction: Reduction,
  track: MovieTrack,
  { chosen, chapterTracks }: { chosen: MovieTrack; chapterTracks: ReadonlySet<number> },
): Promise<MakeTables> {
  const { reader } = reduction;
  if (track === chosen)
    return keepSamples(reduction, track, await chunksOf(reader, track, bytesOfSample(track.entry)));
  const isChapters = chapterTracks.has(track.id);
  if (track.kind === 'video' && !hasPictureSetup(track.entry))
    throw new Unplannable('The picture cannot be decoded.');
  // The job lists all tracks with their channels.
  if (track.kind === 'audio' && !statesChannels(track.entry))
    throw new Unplannable('A track does not state its channels.');
  if (track.kind !== 'other' && !isChapters)
    return leaveOutSamples(reduction, track, track.kind === 'video' ? 'first byte' : 'nothing');
  const chunks = await chunksOf(reader, track, 0);
  const bytes = chunks.reduce((sum, { start, end }) => sum + end - start, 0);
  if (isChapters && bytes > MAX_CHAPTER_BYTES) throw new Unplannable('The chapters are too long.');
  const isSmall = isChapters || bytes <= MAX_OTHER_TRACK_BYTES;
  return isSmall ? keepSamples(reduction, track, chunks) : leaveOutSamples(reduction, track, 'first sample');
}

/** Returns what to keep of each track in fragments, by its id. */
export function keepsInFragments({ tracks }: Movie, chosen: MovieTrack): Map<number, FragmentTrack['keeps']> {
  const chapterTracks = new Set(tracks.flatMap((track) => track.chapterTracks));
  return new Map(
    tracks.map((track) => {
      if (track === chosen || chapterTracks.has(track.id)) return [track.id, 'all'];
      return [track.id, track.kind === 'audio' ? 'nothing' : 'clock'];
    }),
  );
}
