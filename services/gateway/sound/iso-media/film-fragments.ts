import { type BoxNode, findNode } from './box-tree.ts';
import { type Box, type BoxReader, Unplannable } from './boxes.ts';
import { type Fragment, readFragment } from './fragment.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { Movie } from './movie.ts';
import type { FragmentTrack } from './track-fragment.ts';

const MAX_INDEX_BYTES = 128 * 1024 * 1024;

export interface FilmFragments {
  /** The new index of each fragment, by the film's own. */
  indexes: ReadonlyMap<Box, Fragment>;
  /** By the ids of the tracks. */
  tracks: ReadonlyMap<number, FragmentTrack>;
}

/**
 * Reads the fragments of a film, and leaves out what is not needed.
 *
 * @param keeps what to keep of each track, by its id
 */
export async function readFragments(
  reader: BoxReader,
  { boxes, movie, ranges }: { boxes: readonly Box[]; movie: Movie; ranges: KeptRanges },
  keeps: ReadonlyMap<number, FragmentTrack['keeps']>,
): Promise<FilmFragments> {
  const moofs = boxes.filter(({ type }) => type === 'moof');
  if (moofs.length > 0 && !movie.isFragmented)
    throw new Unplannable('There are fragments where there should be none.');
  const tracks = movie.isFragmented ? await readTracks(reader, movie.node, keeps) : new Map();
  const indexes = new Map<Box, Fragment>();
  let bytes = 0;
  for (const moof of moofs) {
    const fragment = await readFragment(reader, moof, tracks, ranges);
    bytes += fragment.bytes.length;
    if (bytes > MAX_INDEX_BYTES) throw new Unplannable('The indexes of the fragments are too long.');
    indexes.set(moof, fragment);
  }
  return { indexes, tracks };
}

/** Reads what the film says of samples in fragments: the boxes `trex` (ISO 14496-12, 8.8.3). */
async function readTracks(
  reader: BoxReader,
  moov: BoxNode,
  keeps: ReadonlyMap<number, FragmentTrack['keeps']>,
): Promise<Map<number, FragmentTrack>> {
  const tracks = new Map<number, FragmentTrack>();
  const extensions = findNode(moov, 'mvex')?.children ?? [];
  for (const { box } of extensions.filter((child) => child.box.type === 'trex')) {
    const view = await reader.read(box.content, 24);
    const id = view.getUint32(4);
    const kept = keeps.get(id);
    if (kept === undefined || tracks.has(id))
      throw new Unplannable('The tracks of the fragments are not those of the film.');
    const defaults = { duration: view.getUint32(12), size: view.getUint32(16), flags: view.getUint32(20) };
    tracks.set(id, { keeps: kept, defaults, firstTicks: undefined, endTicks: 0 });
  }
  return tracks;
}
