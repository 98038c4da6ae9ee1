import { type Box, boxes, findBox } from './boxes.ts';
import { lengthOrNothing } from './extent.ts';
import type { FileBytes } from './file-bytes.ts';

/** Bytes of a table that are read. One entry for each change of the duration of samples: sound has few. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024;
const MAX_TRACKS = 128;

/** What the index of a film states. Times are in seconds. */
export interface Movie {
  isFragmented: boolean;
  /** The length that the header states for the whole film. */
  statedSeconds: number | undefined;
  tracks: MovieTrack[];
}

export interface MovieTrack {
  id: number;
  isSound: boolean;
  /** Ticks per second of the media's own clock. */
  timescale: number;
  /** The length that the header of the media states. */
  mediaSeconds: number;
  /** The length of all samples in the index. */
  indexSeconds: number;
  /** How much of the media the edit list plays. Undefined where there is no edit list. */
  editSeconds: number | undefined;
  /** How late the track starts, by empty edits. */
  emptySeconds: number;
  /** Where the last chunk of samples begins in the file, in bytes. */
  lastChunkAt: number;
}

/** Reads the box `moov`. */
export async function readMovie(file: FileBytes, moov: Box): Promise<Movie> {
  const { timescale, duration } = await readClock(file, await findBox(file, moov, 'mvhd'));
  const fragments = await findBox(file, moov, 'mvex');
  const tracks: MovieTrack[] = [];
  for await (const trak of boxes(file, moov.start, moov.end)) {
    if (trak.type !== 'trak' || tracks.length >= MAX_TRACKS) continue;
    const track = await readTrack(file, trak, timescale);
    if (track) tracks.push(track);
  }
  // Where the film begins with samples that are in no fragment, its header states the length of these alone.
  const isPart = fragments !== undefined && tracks.some(({ indexSeconds }) => indexSeconds > 0);
  const total =
    (fragments && (await readFragmentsLength(file, fragments))) ?? (isPart ? Number.NaN : duration);
  return { isFragmented: fragments !== undefined, statedSeconds: lengthOrNothing(total / timescale), tracks };
}

async function readTrack(
  file: FileBytes,
  trak: Box,
  movieTimescale: number,
): Promise<MovieTrack | undefined> {
  const media = await findBox(file, trak, 'mdia');
  if (!media) return undefined;
  const { timescale, duration } = await readClock(file, await findBox(file, media, 'mdhd'));
  const handler = await findBox(file, media, 'hdlr');
  const table = await findBox(file, media, 'minf', 'stbl');
  const edits = await findBox(file, trak, 'edts', 'elst');
  const { played, empty } = edits ? await sumEdits(file, edits) : { played: 0, empty: 0 };
  return {
    id: await readTrackId(file, await findBox(file, trak, 'tkhd')),
    isSound: handler ? (await file.read(handler.start + 8, 4)).toString('latin1') === 'soun' : false,
    timescale,
    mediaSeconds: duration / timescale,
    indexSeconds: table ? (await sumDurations(file, table)) / timescale : 0,
    editSeconds: lengthOrNothing(played / movieTimescale),
    emptySeconds: lengthOrNothing(empty / movieTimescale) ?? 0,
    lastChunkAt: table ? await readLastChunk(file, table) : 0,
  };
}

async function readTrackId(file: FileBytes, box: Box | undefined): Promise<number> {
  const bytes = box ? await file.read(box.start, 24) : Buffer.alloc(0);
  return bytes.length < 24 ? 0 : bytes.readUInt32BE(bytes[0] === 1 ? 20 : 12);
}

/** Reads `mvhd` or `mdhd`, which begin alike. Their fields have 64 bits in version 1. All bits set means «unknown». */
async function readClock(file: FileBytes, box: Box | undefined) {
  const bytes = box ? await file.read(box.start, 32) : Buffer.alloc(0);
  if (bytes.length < 32) return { timescale: Number.NaN, duration: Number.NaN };
  const isLong = bytes[0] === 1;
  const timescale = bytes.readUInt32BE(isLong ? 20 : 12) || Number.NaN;
  const duration = isLong ? Number(bytes.readBigUInt64BE(24)) : bytes.readUInt32BE(16);
  const isUnknown = isLong ? duration >= 2 ** 63 : duration === 0xffffffff;
  return { timescale, duration: isUnknown ? Number.NaN : duration };
}

/** Reads the length of the whole film, in ticks of the film, from the box `mehd`, which not all programs write. */
async function readFragmentsLength(file: FileBytes, fragments: Box): Promise<number | undefined> {
  const box = await findBox(file, fragments, 'mehd');
  const bytes = box ? await file.read(box.start, 12) : Buffer.alloc(0);
  if (bytes.length < 12) return undefined;
  return lengthOrNothing(bytes[0] === 1 ? Number(bytes.readBigUInt64BE(4)) : bytes.readUInt32BE(4));
}

/** Returns the entries of a table box, without its version and its count. */
async function readTable(file: FileBytes, box: Box | undefined): Promise<Buffer> {
  if (!box || box.end > file.size || box.end - box.start > MAX_TABLE_BYTES) return Buffer.alloc(0);
  return (await file.read(box.start, box.end - box.start)).subarray(8);
}

/** Returns the sum of the durations of all samples, in ticks of the media: the box `stts`. */
async function sumDurations(file: FileBytes, table: Box): Promise<number> {
  const entries = await readTable(file, await findBox(file, table, 'stts'));
  let sum = 0;
  for (let at = 0; at + 8 <= entries.length; at += 8) {
    sum += entries.readUInt32BE(at) * Math.max(0, entries.readInt32BE(at + 4));
  }
  return sum;
}

/** Returns the sums of the edits, in ticks of the film. An edit with the media time -1 is empty. */
async function sumEdits(file: FileBytes, box: Box): Promise<{ played: number; empty: number }> {
  const isLong = (await file.read(box.start, 1))[0] === 1;
  const entries = await readTable(file, box);
  const entryBytes = isLong ? 20 : 12;
  const sums = { played: 0, empty: 0 };
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    const ticks = isLong ? Number(entries.readBigUInt64BE(at)) : entries.readUInt32BE(at);
    const mediaTime = isLong ? Number(entries.readBigInt64BE(at + 8)) : entries.readInt32BE(at + 4);
    sums[mediaTime === -1 ? 'empty' : 'played'] += ticks;
  }
  return sums;
}

async function readLastChunk(file: FileBytes, table: Box): Promise<number> {
  const short = await findBox(file, table, 'stco');
  const box = short ?? (await findBox(file, table, 'co64'));
  if (!box) return 0;
  const entryBytes = short ? 4 : 8;
  if (box.end - box.start < 8 + entryBytes) return 0;
  const entry = await file.read(box.end - entryBytes, entryBytes);
  if (entry.length < entryBytes) return 0;
  return short ? entry.readUInt32BE() : Number(entry.readBigUInt64BE());
}
