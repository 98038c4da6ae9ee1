import { type BoxNode, type Changes, findNode, requireNode } from './box-tree.ts';
import { type Box, type BoxReader, Unplannable } from './boxes.ts';
import { type MakeTables, makeChunkTables } from './chunk-tables.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { MovieTrack } from './movie.ts';
import { type Chunk, readChunks, readEntries, type SampleTables } from './sample-tables.ts';
import { mergeDurations, shortenCompositionOffsets } from './shorten-tables.ts';
import { table } from './table.ts';

export interface Reduction {
  reader: BoxReader;
  ranges: KeptRanges;
  changes: Changes;
}

/** Tables with something for each sample, of which ffmpeg makes no use where there are no samples. */
const TABLES_OF_SAMPLES = ['sdtp', 'subs', 'stsh', 'padb', 'stdp'];

/** Keeps all samples of a track. Only the tables of its chunks change. */
export async function keepSamples(
  { reader, ranges, changes }: Reduction,
  { tables }: MovieTrack,
  chunks: readonly Chunk[],
): Promise<MakeTables> {
  for (const { start, end } of chunks) ranges.add(start, end);
  return makeChunkTables(changes, tables, chunks, !(await hasPacketsOfChunks(reader, tables)));
}

/** Whether ffmpeg makes packets chunk by chunk: where all samples have one size, or last one tick each, as in old QuickTime. */
async function hasPacketsOfChunks(
  reader: BoxReader,
  { sampleBytes, durations }: SampleTables,
): Promise<boolean> {
  if (sampleBytes > 0) return true;
  const count = (await reader.read(durations.content, 8)).getUint32(4);
  if (count !== 1) return false;
  return (await readEntries(reader, durations, { headBytes: 8, entryBytes: 8, count })).getUint32(4) === 1;
}

/** Returns the chunks of a track. @throws Unplannable where its index is wrong */
export async function chunksOf(
  reader: BoxReader,
  { tables, node, entry }: MovieTrack,
  bytesOfSample: number,
): Promise<Chunk[]> {
  const stbl = requireNode(node, 'mdia', 'minf', 'stbl');
  // The data beside the samples would be somewhere else in the smaller file. It is that of encryption.
  if (entry.isEncrypted || findNode(stbl, 'saio')) throw new Unplannable('A track is encrypted.');
  return readChunks(reader, tables, bytesOfSample);
}

/**
 * Leaves out the samples of a track. Its stated lengths stay: of the durations of its samples the sum counts.
 *
 * @param keeps what stays of the first sample. Without any sample, ffmpeg takes no notice of the edit list, and so not of the
 * track's start. Of a picture one byte is enough, because no picture has to be decoded.
 */
export async function leaveOutSamples(
  reduction: Reduction,
  track: MovieTrack,
  keeps: 'first sample' | 'first byte' | 'nothing',
): Promise<MakeTables> {
  const { reader, ranges, changes } = reduction;
  const { node, tables } = track;
  const stbl = requireNode(node, 'mdia', 'minf', 'stbl');
  // ffmpeg refuses the whole film for some mistakes in the index of any track.
  const [chunk] = await chunksOf(reader, track, 0);
  const first = keeps === 'nothing' ? undefined : chunk;
  const bytes = keeps === 'first byte' || !first ? 1 : await readFirstSize(reader, tables);
  const chunks = first ? [{ ...first, end: first.start + bytes, samples: 1 }] : [];
  for (const { start, end } of chunks) ranges.add(start, end);
  changes.set(tables.sizes, table(tables.sizes, first ? [0, 1, bytes] : [0, 0]));
  changes.set(tables.chunks, table(tables.chunks, first ? [1, 1, 1, first.description] : [0]));
  await shortenTimes(reduction, track, stbl);
  for (const { box } of stbl.children) if (TABLES_OF_SAMPLES.includes(box.type)) changes.set(box, undefined);
  return makeChunkTables(changes, tables, chunks, false);
}

async function readFirstSize(reader: BoxReader, { sampleBytes, sizes }: SampleTables): Promise<number> {
  return (
    sampleBytes || (await readEntries(reader, sizes, { headBytes: 12, entryBytes: 4, count: 1 })).getUint32(0)
  );
}

async function shortenTimes(
  { reader, changes }: Reduction,
  { tables }: MovieTrack,
  stbl: BoxNode,
): Promise<void> {
  const durations = await mergeDurations(reader, tables.durations);
  if (durations) changes.set(tables.durations, durations);
  const composition = findNode(stbl, 'ctts')?.box;
  const shortened = composition && (await shortenCompositionOffsets(reader, composition));
  if (composition && shortened) changes.set(composition, shortened);
  const sync = findNode(stbl, 'stss')?.box;
  if (sync) changes.set(sync, await shortenSync(reader, sync));
}

/** Keeps the first entry alone: whether the first sample can be decoded by itself. */
async function shortenSync(reader: BoxReader, box: Box): Promise<Uint8Array> {
  const count = (await reader.read(box.content, 8)).getUint32(4);
  const entries = await readEntries(reader, box, { headBytes: 8, entryBytes: 4, count });
  return table(box, count === 0 ? [0] : [1, entries.getUint32(0)]);
}
