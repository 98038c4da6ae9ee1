import { languageOf } from '../../../shared/tracks/language.ts';
import { isSecondary } from '../../../shared/tracks/secondary.ts';
import { titleOf } from '../../../shared/tracks/title.ts';
import type { FilmTrack } from '../choose-sound.ts';
import { audioCodecOf } from './audio-codec.ts';
import { type BoxNode, findNode, requireNode } from './box-tree.ts';
import { type BoxReader, fourLetters, Unplannable } from './boxes.ts';
import { readSampleEntry, type SampleEntry } from './sample-entry.ts';
import { readSampleTables, type SampleTables } from './sample-tables.ts';
import { languageTag, readHandlerName, readRoles } from './track-names.ts';

const MAX_TRACKS = 128;

/** A track of the film's index. Times are in seconds. */
export interface MovieTrack {
  node: BoxNode;
  id: number;
  kind: 'audio' | 'video' | 'other';
  /** Ticks per second. */
  timescale: number;
  /** How late the first edit starts, and where in the media. Undefined where there is no edit list. */
  edits: { emptySeconds: number; mediaSeconds: number } | undefined;
  tables: SampleTables;
  entry: SampleEntry;
  /** Ids of the tracks that hold its chapters. */
  chapterTracks: number[];
  /** What chooses the sound. Undefined for a track of another kind. */
  sound: Omit<FilmTrack, 'isEmpty'> | undefined;
}

export interface Movie {
  node: BoxNode;
  /** Whether samples may be in fragments. */
  isFragmented: boolean;
  tracks: MovieTrack[];
}

/** Reads the box `moov`. @throws Unplannable where it is not understood */
export async function readMovie(reader: BoxReader, node: BoxNode): Promise<Movie> {
  const { box: header } = requireNode(node, 'mvhd');
  const { timescale } = await readClock(reader, header.content);
  const tracks: MovieTrack[] = [];
  let [position, uncertain] = [0, 0];
  for (const trak of node.children.filter(({ box }) => box.type === 'trak')) {
    const track = await readTrack(reader, trak, timescale);
    if (track.kind === 'audio') {
      const { isCertain, ...sound } = await readSound(reader, track, ++position);
      track.sound = sound;
      if (!isCertain) uncertain += 1;
    }
    tracks.push(track);
    if (tracks.length > MAX_TRACKS) throw new Unplannable('There are too many tracks.');
  }
  if (position > 1 && uncertain > 0)
    throw new Unplannable('Nobody knows which track the server would choose.');
  if (new Set(tracks.map(({ id }) => id)).size < tracks.length) throw new Unplannable('Tracks share an id.');
  return { node, isFragmented: findNode(node, 'mvex') !== undefined, tracks };
}

async function readTrack(reader: BoxReader, node: BoxNode, movieTimescale: number): Promise<MovieTrack> {
  const header = await reader.read(requireNode(node, 'tkhd').box.content, 24);
  const { timescale } = await readClock(reader, requireNode(node, 'mdia', 'mdhd').box.content);
  const handler = fourLetters(await reader.read(requireNode(node, 'mdia', 'hdlr').box.content, 12), 8);
  const stbl = requireNode(node, 'mdia', 'minf', 'stbl');
  const entry = await readSampleEntry(reader, requireNode(stbl, 'stsd').box);
  if (!entry) throw new Unplannable('A track has no description of its samples.');
  const kind = handler === 'soun' ? 'audio' : handler === 'vide' ? 'video' : 'other';
  // ffmpeg takes a track for sound by its format, whatever its handler is.
  if (kind === 'other' && audioCodecOf(entry)) throw new Unplannable('Sound is in a track of another kind.');
  return {
    ...{ node, kind, timescale, entry, sound: undefined },
    id: header.getUint32(header.getUint8(0) === 1 ? 20 : 12),
    edits: await readEdits(reader, node, { timescale, movieTimescale }),
    tables: await readSampleTables(reader, stbl, entry.count),
    chapterTracks: await readChapterTracks(reader, node),
  };
}

/** Reads `mvhd` or `mdhd`, which begin alike. Returns the ticks per second, and where the field is that follows the duration. */
async function readClock(reader: BoxReader, content: number) {
  const view = await reader.read(content, 34);
  const isLong = view.getUint8(0) === 1;
  const timescale = view.getUint32(isLong ? 20 : 12);
  if (timescale === 0 || view.getUint8(0) > 1) throw new Unplannable('A clock does not run.');
  return { timescale, language: view.getUint16(isLong ? 32 : 20) };
}

async function readEdits(
  reader: BoxReader,
  node: BoxNode,
  { timescale, movieTimescale }: { timescale: number; movieTimescale: number },
): Promise<MovieTrack['edits']> {
  const box = findNode(node, 'edts', 'elst')?.box;
  if (!box) return undefined;
  const head = await reader.read(box.content, 8);
  const isLong = head.getUint8(0) === 1;
  const entryBytes = isLong ? 20 : 12;
  const count = Math.min(head.getUint32(4), Math.floor((box.end - box.content - 8) / entryBytes));
  let empty = 0;
  for (let at = box.content + 8, entry = 0; entry < count; at += entryBytes, entry++) {
    const view = await reader.read(at, entryBytes);
    const mediaTime = isLong ? Number(view.getBigInt64(8)) : view.getInt32(4);
    if (mediaTime !== -1)
      return { emptySeconds: empty / movieTimescale, mediaSeconds: mediaTime / timescale };
    empty += isLong ? Number(view.getBigUint64(0)) : view.getUint32(0);
  }
  return count === 0 ? undefined : { emptySeconds: empty / movieTimescale, mediaSeconds: 0 };
}

async function readChapterTracks(reader: BoxReader, node: BoxNode): Promise<number[]> {
  const box = findNode(node, 'tref', 'chap')?.box;
  if (!box) return [];
  const count = Math.min(MAX_TRACKS, Math.floor((box.end - box.content) / 4));
  const ids = await reader.read(box.content, 4 * count);
  return Array.from({ length: count }, (_, index) => ids.getUint32(4 * index));
}

async function readSound(reader: BoxReader, { node, entry }: MovieTrack, position: number) {
  const flags = (await reader.read(requireNode(node, 'tkhd').box.content, 4)).getUint32(0);
  const { language: code } = await readClock(reader, requireNode(node, 'mdia', 'mdhd').box.content);
  const tag = languageTag(code);
  const roles = await readRoles(reader, node);
  const language = languageOf(tag ?? undefined);
  const title = titleOf({ handler_name: await readHandlerName(reader, node) });
  return {
    ...{ position, language, isDisabled: false, isEncrypted: entry.isEncrypted },
    codec: audioCodecOf(entry),
    isDefault: (flags & 1) !== 0,
    isSecondary: isSecondary({ disposition: roles ?? {}, language, title }),
    /** Whether the language and the roles are what the server finds. */
    isCertain: tag !== null && roles !== undefined,
  };
}
