import { chooseSound } from '../choose-sound.ts';
import type { Planner, WantedSound } from '../planner.ts';
import { Segments } from '../segments.ts';
import { Clusters } from './clusters.ts';
import { hasNoBitRate, isPassedOn } from './codecs.ts';
import { type Element, writeHeader } from './ebml.ts';
import { FilmHead } from './film-head.ts';
import { FilmReader } from './film-reader.ts';
import { type Header, readFilmHeader, requirePlainTags } from './header.ts';
import { ID } from './ids.ts';
import { type Layout, level1, readLayout } from './layout.ts';
import { referencedElements } from './seek-head.ts';
import { isAudio, type MatroskaAudioTrack } from './tracks.ts';
import { Unsure } from './unsure.ts';
import { requireWellFormed } from './well-formed.ts';

/**
 * Plans the sound of a Matroska or WebM file: the film without the blocks of its other tracks. Headers, tags, chapters, attachments,
 * timestamps and the blocks of the track stay as they are, byte for byte. So does the start of the film
 * with all its tracks, of which only large pictures are shortened. Positions
 * in the file (`SeekHead`, `Cues`) are left out.
 */
export const planMatroska: Planner = async ({ file, bytes }, wanted) => {
  const film = new FilmReader(bytes);
  try {
    const layout = await readLayout(film);
    if (!layout) return undefined;
    const parts = { film, layout, header: await readFilmHeader(film, layout) };
    const moved = await referencedElements(film, layout);
    for (const element of [...layout.front, ...moved]) {
      if (!DROPPED.includes(element.id)) await requireWellFormed(film, element);
    }
    const found = await planTrack({ ...parts, moved }, wanted);
    const audioTracks = parts.header.tracks.filter(isAudio).length;
    return found && { file: found.output.toFile(file), track: found.track, audioTracks };
  } catch (error) {
    if (error instanceof Unsure) return undefined;
    throw error;
  }
};

interface Film {
  film: FilmReader;
  layout: Layout;
  header: Header;
  /** Elements behind the clusters that have to stand in front of them. */
  moved: readonly Element[];
}

/** Plans the track that the server would choose. It skips empty tracks, which are known only when all clusters have been read. */
async function planTrack(
  source: Film,
  wanted: WantedSound,
): Promise<{ output: Segments; track: number } | undefined> {
  const audio = source.header.tracks.filter(isAudio);
  if (audio.length > 1 || typeof wanted.track === 'string') {
    await requirePlainTags(source.film, [...source.layout.front, ...source.moved]);
  }
  const first = chooseSound('matroska', audio.map(withEmptiness(undefined)), wanted);
  if (!first) return undefined;
  const planned = await writeFilm(source, first);
  const track = chooseSound('matroska', audio.map(withEmptiness(planned.seen)), wanted);
  if (!track) return undefined;
  const { output } = track.number === first.number ? planned : await writeFilm(source, track);
  return { output, track: track.position };
}

const withEmptiness = (seen: ReadonlySet<number> | undefined) => (track: MatroskaAudioTrack) => ({
  ...track,
  isEmpty: seen !== undefined && !seen.has(track.number),
});

async function writeFilm(
  { film, layout, header, moved }: Film,
  chosen: MatroskaAudioTrack,
): Promise<{ output: Segments; seen: ReadonlySet<number> }> {
  const { ebml, segment, front, clustersAt } = layout;
  const output = new Segments();
  output.copy(0, ebml.end);
  const isSized = segment.end !== Number.POSITIVE_INFINITY;
  // Its size is filled in at the end. A recording of unknown size stays one.
  const segmentHeader = writeHeader(ID.segment, 0, 8);
  if (isSized) output.add(segmentHeader);
  else output.copy(segment.at, segment.start);
  const contentAt = output.size;
  for (const { id, at, end } of [...front, ...moved]) if (!DROPPED.includes(id)) output.copy(at, end);
  const head = new FilmHead(header.tracks);
  const clusters = new Clusters({
    ...{ film, output, head, unit: header.unit, kept: keptTracks(header, chosen) },
    known: new Map(header.tracks.map((track) => [track.number, track])),
    shortensPictures: film.size > header.durationSeconds * MAX_PLAIN_RATE && header.durationSeconds > 0,
  });
  await writeClusters({ film, clusters, clustersAt, moved });
  await clusters.finish();
  if (header.durationSeconds === 0) requireUnknownLength(header, head);
  if (isSized) segmentHeader.set(writeHeader(ID.segment, output.size - contentAt, 8));
  return { output, seen: clusters.seen };
}

/**
 * Bytes a second of a film. Of one with more, the pictures at its start are shortened, or they would be a large part of what is
 * sent. Of any other they are kept as they are, so that ffmpeg sees just what it sees in the film.
 */
const MAX_PLAIN_RATE = 500_000;

/** They hold positions of other elements, a checksum of all, or nothing. */
const DROPPED: readonly number[] = [ID.seekHead, ID.cues, ID.void, ID.crc];

interface ClustersSource extends Pick<Film, 'film' | 'moved'> {
  clusters: Clusters;
  clustersAt: number;
}

async function writeClusters({ film, clusters, clustersAt, moved }: ClustersSource): Promise<void> {
  const expected = new Set(moved.map(({ at }) => at));
  for (let at = clustersAt; at < film.size; ) {
    const element = await level1(film, at);
    if (element.id === ID.cluster) {
      at = await clusters.add(element);
      continue;
    }
    // ffmpeg takes no notice of what stands behind the clusters, unless the `SeekHead` says so.
    if (!DROPPED.includes(element.id) && !expected.delete(at))
      throw new Unsure('an element behind the clusters');
    at = element.end;
  }
  if (expected.size > 0) throw new Unsure('an entry leads nowhere');
}

/** Returns the numbers of the tracks of which all blocks are kept. Throws {@link Unsure} where others cannot be left out. */
function keptTracks({ tracks }: Header, chosen: MatroskaAudioTrack): ReadonlySet<number> {
  const kept = new Set([chosen.number]);
  for (const { number, type, codecId, isCompressed, isEncrypted } of tracks) {
    if (isEncrypted) throw new Unsure('an encrypted track');
    if (number === chosen.number) continue;
    if (type !== 'other' && (isCompressed || !isPassedOn(codecId))) throw new Unsure('an unusual codec');
    // They are small.
    if (type === 'other' && !isPassedOn(codecId)) kept.add(number);
  }
  return kept;
}

/** Throws {@link Unsure} where ffmpeg might guess the length of a film that states none: by the size of the file. */
function requireUnknownLength({ tracks }: Header, head: FilmHead): void {
  const hasPicture = tracks.some(({ type, codecId }) => type === 'video' && hasNoBitRate(codecId));
  if (!hasPicture || !head.isComplete) throw new Unsure('a length that depends on the size of the file');
}
