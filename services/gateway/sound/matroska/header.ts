import { childrenOf, type Element, readText, readUnsigned } from './ebml.ts';
import type { FilmReader } from './film-reader.ts';
import { ID } from './ids.ts';
import type { Layout } from './layout.ts';
import { readTracks } from './tracks.ts';
import { Unsure } from './unsure.ts';

export interface Header {
  tracks: ReturnType<typeof readTracks>;
  /** Seconds of one unit of the timestamps. */
  unit: number;
  /** The length that the film states, in seconds. 0 where it states none. */
  durationSeconds: number;
}

const MAX_TRACKS_BYTES = 16 * 1024 * 1024;
const MAX_INFO_BYTES = 64 * 1024;
const MAX_TAGS_BYTES = 16 * 1024 * 1024;
const DEFAULT_SCALE = 1_000_000;

/** Reads what the film says about itself. Throws {@link Unsure} where ffmpeg might understand it in another way. */
export async function readFilmHeader(film: FilmReader, { front }: Layout): Promise<Header> {
  for (const id of [ID.chapters, ID.attachments])
    if (count(front, id) > 1) throw new Unsure('an element twice');
  const info = await film.content(only(front, ID.info), MAX_INFO_BYTES);
  const tracks = readTracks(await film.content(only(front, ID.tracks), MAX_TRACKS_BYTES));
  return { tracks, ...timesOf(info) };
}

const count = (elements: readonly Element[], wanted: number) =>
  elements.filter(({ id }) => id === wanted).length;

function only(front: readonly Element[], wanted: number): Element {
  const found = front.find(({ id }) => id === wanted);
  if (!found || count(front, wanted) > 1) throw new Unsure('a header that is not there once');
  return found;
}

function timesOf(info: Uint8Array): Pick<Header, 'unit' | 'durationSeconds'> {
  let scale = DEFAULT_SCALE;
  let duration = 0;
  for (const { id, start, end } of childrenOf(info)) {
    const content = info.subarray(start, end);
    if (id === ID.timestampScale) scale = readUnsigned(content);
    if (id === ID.duration) duration = readFloat(content);
  }
  if (scale === 0 || duration < 0 || Number.isNaN(duration)) throw new Unsure('an unusual clock');
  return { unit: scale / 1e9, durationSeconds: (duration * scale) / 1e9 };
}

function readFloat(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bytes.length === 4) return view.getFloat32(0);
  if (bytes.length === 8) return view.getFloat64(0);
  throw new Unsure('no number');
}

/** Names of tags that ffmpeg shows instead of what the entry of the track says. */
const RENAMING = /^(title|language|handler_name|enc_key_id)$/i;

/** Throws {@link Unsure} where a tag changes the title or the language of a track, by which the server chooses. */
export async function requirePlainTags(film: FilmReader, elements: readonly Element[]): Promise<void> {
  for (const element of elements.filter(({ id }) => id === ID.tags)) {
    const bytes = await film.content(element, MAX_TAGS_BYTES);
    for (const tag of contentsOf(bytes, ID.tag)) {
      const isOfTrack = contentsOf(tag, ID.targets).some(
        (targets) => contentsOf(targets, ID.targetTrack).length,
      );
      const names = contentsOf(tag, ID.simpleTag).flatMap((simple) => contentsOf(simple, ID.tagName));
      if (isOfTrack && names.some((name) => RENAMING.test(readText(name))))
        throw new Unsure('a renamed track');
    }
  }
}

const contentsOf = (parent: Uint8Array, wanted: number): Uint8Array[] =>
  childrenOf(parent)
    .filter(({ id }) => id === wanted)
    .map(({ start, end }) => parent.subarray(start, end));
