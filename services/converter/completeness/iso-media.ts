import { type Box, boxes } from './boxes.ts';
import { type Extent, type ExtentReader, lengthOrNothing, type SoundTrack } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';
import { readLastFragmentEnd, readSegmentIndex, type SegmentIndex } from './fragments.ts';
import { type Movie, type MovieTrack, readMovie } from './movie-header.ts';

/** Boxes with which files begin: others may follow, and old QuickTime files have no `ftyp`. */
const FIRST = [
  'ftyp',
  'styp',
  'moov',
  'moof',
  'mdat',
  'free',
  'skip',
  'wide',
  'pnot',
  'sidx',
  'emsg',
  'prft',
  'uuid',
];
/** Boxes without which sound is missing. */
const CONTENT = ['moov', 'moof', 'mdat'];
const LAST_FRAGMENTS = 8;

interface Layout {
  /** Whether content that the boxes announce is missing. */
  isCut: boolean;
  /** Whether the content has a box without a size, which is whole whatever is missing. */
  isOpen: boolean;
  movie: Movie | undefined;
  segments: SegmentIndex[];
  lastFragments: Box[];
}

/** MP4, MOV and their like. The index states the length, and boxes state their sizes. */
export const readIsoMedia: ExtentReader = async (file, sound) => {
  const { value: first } = await boxes(file, 0).next();
  if (!first || !FIRST.includes(first.type)) return undefined;
  const layout = await readLayout(file);
  const { movie } = layout;
  if (!movie) return { end: layout.isCut ? 'cut' : 'unknown' };
  return movie.isFragmented
    ? await fragmentedExtent(file, layout, movie)
    : indexedExtent(file, layout, movie, sound);
};

async function readLayout(file: FileBytes): Promise<Layout> {
  const layout: Layout = { isCut: false, isOpen: false, movie: undefined, segments: [], lastFragments: [] };
  for await (const box of boxes(file, 0)) {
    if (CONTENT.includes(box.type) && box.end > file.size) layout.isCut = true;
    if (box.type === 'mdat' && box.isOpen) layout.isOpen = true;
    if (box.type === 'moov' && !layout.movie) layout.movie = await readMovie(file, box);
    if (box.type === 'sidx') {
      const index = await readSegmentIndex(file, box);
      if (index) layout.segments.push(index);
    }
    if (box.type === 'moof' && box.end <= file.size) layout.lastFragments.push(box);
    if (layout.lastFragments.length > LAST_FRAGMENTS) layout.lastFragments.shift();
  }
  return layout;
}

/** The extent of a film with one index for all. */
function indexedExtent(file: FileBytes, layout: Layout, movie: Movie, { position }: SoundTrack): Extent {
  const sounds = movie.tracks.filter(({ isSound }) => isSound);
  const track = sounds[position - 1];
  if (!track) return { end: layout.isCut ? 'cut' : 'unknown', fileSeconds: movie.statedSeconds };
  const playSeconds = lengthOrNothing(playLength(track));
  if (layout.isCut || sounds.some(({ lastChunkAt }) => lastChunkAt >= file.size)) {
    return { end: 'cut', soundSeconds: playSeconds };
  }
  if (layout.isOpen) return { end: 'unknown', soundSeconds: playSeconds };
  // Of a whole film, the index says how long it is, and the headers may say something else.
  const stated = [movie.statedSeconds, overstated(track)].filter((seconds) => seconds !== undefined);
  return {
    end: 'whole',
    fileSeconds: stated.length > 0 ? Math.max(...stated) : undefined,
    lastSeconds: Math.max(...movie.tracks.map(playLength)),
  };
}

/** Returns when a track ends: its edits, as far as there are samples for them. */
export function playLength({ editSeconds, emptySeconds, indexSeconds }: MovieTrack): number {
  return emptySeconds + Math.min(editSeconds ?? indexSeconds, indexSeconds);
}

/** Returns what the headers of the track state, where that is more than the index holds. */
function overstated({ mediaSeconds, editSeconds = 0, emptySeconds, indexSeconds }: MovieTrack) {
  const stated = Math.max(mediaSeconds || 0, editSeconds);
  return stated > indexSeconds ? emptySeconds + stated : undefined;
}

/** The extent of a film in fragments, each with an index of its own. It is recorded or sent piece by piece. */
async function fragmentedExtent(file: FileBytes, layout: Layout, movie: Movie): Promise<Extent> {
  const { segments, lastFragments, isCut } = layout;
  const ends = segments.map(({ endSeconds }) => endSeconds);
  const fileSeconds = ends.length > 0 ? Math.max(...ends) : movie.statedSeconds;
  if (isCut || segments.some(({ endBytes }) => endBytes > file.size)) return { end: 'cut', fileSeconds };
  const lastSeconds = await readLastFragmentEnd(file, lastFragments, movie.tracks);
  return { end: 'unknown', fileSeconds, lastSeconds };
}
