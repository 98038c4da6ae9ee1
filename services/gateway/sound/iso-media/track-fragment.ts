import { Unplannable } from './boxes.ts';
import { type ChildBox, childrenOf, concatenate } from './child-boxes.ts';
import type { KeptRanges } from './kept-ranges.ts';
import {
  copyTrackRun,
  type Defaults,
  type NewRun,
  readTrackRun,
  shortenTrackRuns,
  type TrackRun,
} from './track-run.ts';

/** Flags of `tfhd` (ISO 14496-12, 8.8.7). */
const FLAG = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20, baseIsMoof: 0x20000 };
/** Boxes with places of data, which would be wrong in the smaller file. They are those of encryption. */
const WITH_PLACES = ['saio', 'saiz', 'senc'];
/** Boxes of which ffmpeg makes no use. */
const OF_SAMPLES = ['sdtp', 'subs', 'uuid'];

/** What is kept of a track, and what is known of it so far. Times are in ticks of the track. */
export interface FragmentTrack {
  /** `clock` keeps its times alone, almost without data. */
  keeps: 'all' | 'clock' | 'nothing';
  defaults: Defaults;
  /** Where it begins: the decoding time of its first sample. */
  firstTicks: number | undefined;
  /** Where it ends. */
  endTicks: number;
}

export interface TrackFragmentContext {
  tracks: ReadonlyMap<number, FragmentTrack>;
  ranges: KeptRanges;
  moofStart: number;
  /** Where the data of a track begins that does not say where. */
  implicitBase: number;
}

interface NewTrackFragment {
  bytes: Uint8Array;
  offsets: { at: number; position: number }[];
  /** Where the data of the last run ends in the film. */
  dataEnd: number;
}

interface PlacedRun {
  run: TrackRun;
  start: number;
}

/** Makes the smaller `traf` of a track. @param content of the film's box */
export function readTrackFragment(content: DataView, context: TrackFragmentContext): NewTrackFragment {
  const children = [...childrenOf(content, 0)];
  const header = readHeader(children, context);
  const { track } = header;
  const runs = placeRuns(children, header);
  const last = runs.at(-1);
  const dataEnd = last ? last.start + last.run.totalBytes : header.base;
  advance(track, children, runs);
  const parts: Uint8Array[] = [new Uint8Array(8), header.bytes];
  let length = 8 + header.bytes.length;
  for (const { type, whole } of children) {
    if (type === 'tfhd' || type === 'trun') continue;
    if (WITH_PLACES.includes(type)) throw new Unplannable('A fragment is encrypted.');
    if (track.keeps !== 'all' && OF_SAMPLES.includes(type)) continue;
    parts.push(whole);
    length += whole.length;
  }
  const offsets: NewTrackFragment['offsets'] = [];
  for (const { run, position } of newRuns(track, runs, context.ranges)) {
    offsets.push({ at: length + run.offsetAt, position });
    parts.push(run.bytes);
    length += run.bytes.length;
  }
  const bytes = concatenate(parts, length);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(
    [...'traf'].map((letter) => letter.charCodeAt(0)),
    4,
  );
  return { bytes, offsets, dataEnd };
}

function only(children: readonly ChildBox[], type: string): DataView | undefined {
  const found = children.filter((child) => child.type === type);
  if (found.length > 1) throw new Unplannable(`There are several boxes ${type}.`);
  return found[0]?.content;
}

interface Header {
  track: FragmentTrack;
  base: number;
  defaults: Defaults;
  /** The new box. */
  bytes: Uint8Array;
}

/** Reads `tfhd`. In the new one, offsets count from the start of the fragment's index. */
function readHeader(
  children: readonly ChildBox[],
  { tracks, moofStart, implicitBase }: TrackFragmentContext,
): Header {
  const view = only(children, 'tfhd');
  if (!view || view.byteLength < 8) throw new Unplannable('A fragment has no header.');
  const flags = view.getUint32(0) & 0xffffff;
  const track = tracks.get(view.getUint32(4));
  if (!track) throw new Unplannable('A fragment is of no track.');
  const sizes: [flag: number, bytes: number][] = [
    ...([
      [FLAG.base, 8],
      [FLAG.description, 4],
      [FLAG.duration, 4],
      [FLAG.size, 4],
      [FLAG.flags, 4],
    ] as const),
  ].map(([flag, bytes]) => [flag, (flags & flag) === 0 ? 0 : bytes]);
  const end = 8 + sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (view.byteLength < end) throw new Unplannable('The header of a fragment is cut off.');
  let at = 8;
  const fields = new Map<number, number>();
  for (const [flag, bytes] of sizes) {
    if (bytes === 4) fields.set(flag, view.getUint32(at));
    if (bytes === 8) fields.set(flag, Number(view.getBigUint64(at)));
    at += bytes;
  }
  const base = fields.get(FLAG.base) ?? ((flags & FLAG.baseIsMoof) === 0 ? implicitBase : moofStart);
  const bodyStart = fields.has(FLAG.base) ? 16 : 8;
  const bytes = new Uint8Array(16 + end - bodyStart);
  const head = new DataView(bytes.buffer);
  head.setUint32(0, bytes.length);
  bytes.set(
    [...'tfhd'].map((letter) => letter.charCodeAt(0)),
    4,
  );
  head.setUint32(8, (view.getUint8(0) << 24) | (flags & ~FLAG.base) | FLAG.baseIsMoof);
  head.setUint32(12, view.getUint32(4));
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + bodyStart, end - bodyStart), 16);
  const { duration, size, flags: sampleFlags } = track.defaults;
  const defaults = {
    duration: fields.get(FLAG.duration) ?? duration,
    size: fields.get(FLAG.size) ?? size,
    flags: fields.get(FLAG.flags) ?? sampleFlags,
  };
  return { track, base, defaults, bytes };
}

function placeRuns(children: readonly ChildBox[], { base, defaults }: Header): PlacedRun[] {
  const runs: PlacedRun[] = [];
  for (const { type, content } of children) {
    if (type !== 'trun') continue;
    const run = readTrackRun(content, defaults);
    // The standard and ffmpeg do not agree on where such a run begins.
    if (run.dataOffset === undefined && runs.length > 0)
      throw new Unplannable('A run does not say where it is.');
    if (run.count > 0) runs.push({ run, start: base + (run.dataOffset ?? 0) });
  }
  return runs;
}

/** Goes on with the clock of the track, which the fragment may set (`tfdt`). */
function advance(track: FragmentTrack, children: readonly ChildBox[], runs: readonly PlacedRun[]): void {
  const time = only(children, 'tfdt');
  if (time) {
    const isLong = time.byteLength > 0 && time.getUint8(0) === 1;
    if (time.byteLength < (isLong ? 12 : 8)) throw new Unplannable('The time of a fragment is cut off.');
    track.endTicks = isLong ? Number(time.getBigUint64(4)) : time.getUint32(4);
  }
  if (runs.length === 0) return;
  track.firstTicks ??= track.endTicks;
  track.endTicks += runs.reduce((sum, { run }) => sum + run.totalTicks, 0);
}

function newRuns(
  track: FragmentTrack,
  runs: readonly PlacedRun[],
  ranges: KeptRanges,
): { run: NewRun; position: number }[] {
  const [first] = runs;
  if (!first || track.keeps === 'nothing') return [];
  if (track.keeps === 'all') {
    for (const { run, start } of runs) ranges.add(start, start + run.totalBytes);
    return runs.map(({ run, start }) => ({ run: copyTrackRun(run), position: start }));
  }
  return [keepClock(first, runs, ranges)];
}

/** Keeps one byte of the data, because ffmpeg refuses samples without bytes. No picture has to be decoded. */
function keepClock({ start }: PlacedRun, runs: readonly PlacedRun[], ranges: KeptRanges) {
  const run = shortenTrackRuns(
    runs.map((each) => each.run),
    1,
  );
  ranges.add(start, start + run.totalBytes);
  return { run, position: start };
}
