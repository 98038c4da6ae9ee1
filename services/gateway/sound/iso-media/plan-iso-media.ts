import { chooseSound } from '../choose-sound.ts';
import type { PlannedFile, Planner, SoundPlan, WantedSound } from '../planner.ts';
import { Segments } from '../segments.ts';
import { type Changes, changeTree, type Part, readTree } from './box-tree.ts';
import { type Box, BoxReader, Unplannable } from './boxes.ts';
import { readFragments } from './film-fragments.ts';
import { patchFragment } from './fragment.ts';
import { KeptRanges } from './kept-ranges.ts';
import { areaOf, layOut, partsOf, putIndexFirst, readFilmBoxes } from './layout.ts';
import { type Movie, type MovieTrack, readMovie } from './movie.ts';
import { keepsInFragments, reduceMovie } from './reduce-movie.ts';
import { changeSegmentIndex } from './segment-index.ts';
import { isEmpty, requireSameEnd, requireSameStart } from './stated-times.ts';

/** The index of a film of 12 hours takes some 30 MB. */
const MAX_MOVIE_BYTES = 256 * 1024 * 1024;

/**
 * Plans the sound of MP4, MOV and their like: the film's own boxes without the samples of the other tracks. The headers of these
 * tracks stay, and so do edit lists, tags, chapters and covers.
 */
export const planIsoMedia: Planner = async (source, wanted) => {
  try {
    return await plan(source, wanted);
  } catch (error) {
    if (error instanceof Unplannable) return undefined;
    throw error;
  }
};

async function plan({ file, bytes }: PlannedFile, wanted: WantedSound): Promise<SoundPlan | undefined> {
  const reader = new BoxReader(bytes);
  const filmBoxes = await readFilmBoxes(reader);
  if (!filmBoxes) return undefined;
  const [moov, another] = filmBoxes.filter(({ type }) => type === 'moov');
  if (!moov || another || moov.end - moov.start > MAX_MOVIE_BYTES) return undefined;
  const movie = await readMovie(reader, await readTree(reader, moov));
  const chosen = chooseTrack(movie, wanted);
  if (!chosen?.sound) return undefined;
  const boxes = putIndexFirst(filmBoxes, moov);
  const segments = await makeSmaller({ reader, boxes, movie, moov }, chosen);
  const audioTracks = movie.tracks.filter(({ kind }) => kind === 'audio').length;
  return { file: segments.toFile(file), track: chosen.sound.position, audioTracks };
}

/** Returns the track that the server would choose. Whether a track in fragments is empty is not known yet. */
function chooseTrack({ tracks, isFragmented }: Movie, wanted: WantedSound): MovieTrack | undefined {
  const sounds = tracks.flatMap((track) =>
    track.sound ? [{ ...track.sound, track, isEmpty: !isFragmented && isEmpty(track, new Map()) }] : [],
  );
  return chooseSound('iso-media', sounds, wanted)?.track;
}

interface Film {
  reader: BoxReader;
  /** In the order of the smaller file. */
  boxes: readonly Box[];
  movie: Movie;
  moov: Box;
}

async function makeSmaller({ reader, boxes, movie, moov }: Film, chosen: MovieTrack): Promise<Segments> {
  const ranges = new KeptRanges();
  const changes: Changes = new Map();
  const makers = await reduceMovie({ reader, ranges, changes }, movie, chosen);
  const fragments = await readFragments(reader, { boxes, movie, ranges }, keepsInFragments(movie, chosen));
  if (isEmpty(chosen, fragments.tracks)) throw new Unplannable('The track has no sound.');
  requireSameStart(movie.tracks, chosen, fragments.tracks);
  if (movie.isFragmented) requireSameEnd(movie.tracks, chosen, fragments.tracks);
  ranges.finish(boxes.filter(({ type }) => type === 'mdat').map(areaOf));
  const patches = makers.map((make) => make(ranges));

  const changed = new Map<Box, Part[]>([[moov, changeTree(movie.node, changes)]]);
  for (const [box, { bytes }] of fragments.indexes) changed.set(box, [bytes]);
  const { places, size } = layOut(boxes, changed, ranges);
  const placeOf = (position: number): number => {
    const place = places.get(position);
    if (place === undefined) throw new Unplannable('A segment does not begin with a box.');
    return place;
  };
  for (const patch of patches) patch();
  for (const [box, fragment] of fragments.indexes) patchFragment(fragment, ranges, placeOf(box.start));
  for (const box of boxes.filter(({ type }) => type === 'sidx')) {
    changed.set(box, [await changeSegmentIndex(reader, box, { placeOf, newEnd: placeOf(box.end) })]);
  }
  const segments = new Segments();
  for (const part of partsOf(boxes, changed, ranges)) {
    if (part instanceof Uint8Array) segments.add(part);
    else segments.copy(part.start, part.end);
  }
  if (segments.size !== size) throw new Error('The smaller file has another size than was planned.');
  return segments;
}
