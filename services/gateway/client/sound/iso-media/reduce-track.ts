import { type Changes, findNode, requireNode } from './box-tree.ts';
import { type Box, type BoxReader, Unplannable } from './boxes.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { MovieTrack } from './movie.ts';
import { type Chunk, readChunkOffsets, readChunks, readEntries } from './sample-tables.ts';
import { mergeDurations, shortenCompositionOffsets } from './shorten-tables.ts';
import { table } from './table.ts';

/** A box that is made anew, once the places of the samples in the smaller file are known. */
export type Patch = () => void;

export interface Reduction {
  reader: BoxReader;
  ranges: KeptRanges;
  changes: Changes;
}

/** Tables with an entry for each sample, of which the server makes no use where there are no samples. */
const TABLES_OF_SAMPLES = ['sdtp', 'sbgp', 'sgpd', 'subs', 'stsh', 'padb', 'stdp', 'stps', 'saiz', 'saio'];

/** Keeps all samples of a track. Only the offsets of its chunks change. */
export function keepSamples(
  { ranges, changes }: Reduction,
  track: MovieTrack,
  chunks: readonly Chunk[],
): Patch {
  for (const { start, end } of chunks) ranges.add(start, end);
  return writeOffsets(ranges, changes, track, chunks);
}

/** Returns the chunks of a track that lie in the film. @throws Unplannable where its index is wrong */
export async function chunksOf(
  reader: BoxReader,
  { tables, node }: MovieTrack,
  bytesOfSample: number,
): Promise<Chunk[]> {
  const stbl = requireNode(node, 'mdia', 'minf', 'stbl');
  // They would point to data that is somewhere else in the smaller file.
  if (findNode(stbl, 'saio')) throw new Unplannable('A track has data beside its samples.');
  return readChunks(reader, tables, bytesOfSample);
}

/**
 * Leaves out the samples of a track. Its stated lengths stay: of the durations of its samples the sum counts.
 *
 * @param keepsFirst keeps the first sample, without which ffmpeg takes no notice of the edit list, and so not of the track's start
 */
export async function leaveOutSamples(
  reduction: Reduction,
  track: MovieTrack,
  keepsFirst: boolean,
): Promise<Patch> {
  const { reader, ranges, changes } = reduction;
  const { node, tables } = track;
  const stbl = requireNode(node, 'mdia', 'minf', 'stbl');
  const isEmpty = tables.sampleCount === 0 || tables.chunkCount === 0;
  const first = keepsFirst && !isEmpty ? await readFirst(reader, track) : undefined;
  const durations = await mergeDurations(reader, tables.durations);
  if (durations) changes.set(tables.durations, durations);
  const chunks = first ? [{ start: first.start, end: first.start + first.bytes }] : [];
  changes.set(tables.sizes, table(tables.sizes, first ? [tables.sampleBytes, 1, ...first.sizes] : [0, 0]));
  changes.set(tables.chunks, table(tables.chunks, first ? [1, 1, 1, first.description] : [0]));
  const composition = findNode(stbl, 'ctts')?.box;
  const shortened = composition && (await shortenCompositionOffsets(reader, composition));
  if (composition && shortened) changes.set(composition, shortened);
  const sync = findNode(stbl, 'stss')?.box;
  if (sync) changes.set(sync, await shortenSync(reader, sync));
  for (const { box } of stbl.children) if (TABLES_OF_SAMPLES.includes(box.type)) changes.set(box, undefined);
  for (const { start, end } of chunks) ranges.add(start, end);
  return writeOffsets(ranges, changes, track, chunks);
}

async function readFirst(reader: BoxReader, { tables }: MovieTrack) {
  const [start = 0] = await readChunkOffsets(reader, tables, 1);
  const chunk = await readEntries(reader, tables.chunks, { headBytes: 8, entryBytes: 12, count: 1 });
  const { sampleBytes } = tables;
  const sizes: number[] = [];
  if (sampleBytes === 0) {
    const entry = await readEntries(reader, tables.sizes, { headBytes: 12, entryBytes: 4, count: 1 });
    sizes.push(entry.getUint32(0));
  }
  return { start, sizes, bytes: sizes[0] ?? sampleBytes, description: chunk.getUint32(8) };
}

/** Keeps the first entry alone: whether the first sample can be decoded by itself. */
async function shortenSync(reader: BoxReader, box: Box): Promise<Uint8Array> {
  const count = Math.min(1, (await reader.read(box.content, 8)).getUint32(4));
  const entries = await readEntries(reader, box, { headBytes: 8, entryBytes: 4, count });
  return table(box, count === 0 ? [0] : [1, entries.getUint32(0)]);
}

function writeOffsets(
  ranges: KeptRanges,
  changes: Changes,
  { tables }: MovieTrack,
  chunks: readonly Chunk[],
): Patch {
  const { offsets, hasLongOffsets } = tables;
  const entryBytes = hasLongOffsets ? 8 : 4;
  const bytes = table(offsets, [chunks.length], chunks.length * entryBytes);
  changes.set(offsets, bytes);
  return () => {
    const view = new DataView(bytes.buffer, bytes.length - chunks.length * entryBytes);
    for (const [index, { start, end }] of chunks.entries()) {
      // A chunk without bytes is nowhere.
      const place = start === end ? 0 : ranges.placeOf(start);
      if (hasLongOffsets) view.setBigUint64(index * 8, BigInt(place));
      else view.setUint32(index * 4, place);
    }
  };
}
