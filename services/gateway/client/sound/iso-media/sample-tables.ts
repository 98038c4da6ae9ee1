import { type BoxNode, findNode, requireNode } from './box-tree.ts';
import { type Box, type BoxReader, Unplannable } from './boxes.ts';

/** The index of a track of two days has some 8 million samples. */
const MAX_TABLE_BYTES = 64 * 1024 * 1024;
const MAX_CHUNKS = 2_000_000;

/** Where the tables of a track are that say where its samples are (ISO 14496-12, 8.6 and 8.7). */
export interface SampleTables {
  durations: Box;
  chunks: Box;
  sizes: Box;
  offsets: Box;
  hasLongOffsets: boolean;
  chunkCount: number;
  sampleCount: number;
  /** Bytes of each sample, or 0 where each has a size of its own. */
  sampleBytes: number;
}

/** A run of samples that are one behind the other, by its place in the film. */
export interface Chunk {
  start: number;
  end: number;
}

export async function readSampleTables(reader: BoxReader, stbl: BoxNode): Promise<SampleTables> {
  const short = findNode(stbl, 'stco');
  const offsets = short ?? requireNode(stbl, 'co64');
  if (short && findNode(stbl, 'co64')) throw new Unplannable('There are two tables of chunks.');
  if (findNode(stbl, 'stz2')) throw new Unplannable('Sizes of samples are compact.');
  const { box: sizes } = requireNode(stbl, 'stsz');
  const sizesHead = await reader.read(sizes.content, 12);
  const chunkCount = (await reader.read(offsets.box.content, 8)).getUint32(4);
  if (chunkCount > MAX_CHUNKS) throw new Unplannable('There are too many chunks.');
  return {
    durations: requireNode(stbl, 'stts').box,
    chunks: requireNode(stbl, 'stsc').box,
    sizes,
    offsets: offsets.box,
    hasLongOffsets: !short,
    chunkCount,
    sampleCount: sizesHead.getUint32(8),
    sampleBytes: sizesHead.getUint32(4),
  };
}

/** Returns the entries of a table, each of `entryBytes`, that begin after `headBytes`. @throws Unplannable where it is too short */
export async function readEntries(
  reader: BoxReader,
  { content, end }: Box,
  { headBytes, entryBytes, count }: { headBytes: number; entryBytes: number; count: number },
): Promise<DataView> {
  const length = count * entryBytes;
  if (content + headBytes + length > end || length > MAX_TABLE_BYTES)
    throw new Unplannable('A table is cut off.');
  return length === 0 ? new DataView(new ArrayBuffer(0)) : reader.read(content + headBytes, length);
}

export async function readChunkOffsets(reader: BoxReader, tables: SampleTables, count = tables.chunkCount) {
  const { offsets, hasLongOffsets } = tables;
  const entryBytes = hasLongOffsets ? 8 : 4;
  const entries = await readEntries(reader, offsets, { headBytes: 8, entryBytes, count });
  return Array.from({ length: count }, (_, index) =>
    hasLongOffsets ? Number(entries.getBigUint64(8 * index)) : entries.getUint32(4 * index),
  );
}

/**
 * Returns where the chunks of a track are.
 *
 * @param bytesOfSample how many bytes a sample may have where all have one size: programs do not agree on what is a sample.
 * @throws Unplannable where the tables contradict each other
 */
export async function readChunks(
  reader: BoxReader,
  tables: SampleTables,
  bytesOfSample: number,
): Promise<Chunk[]> {
  const offsets = await readChunkOffsets(reader, tables);
  const counts = await readCounts(reader, tables);
  const { sampleBytes, sampleCount, sizes } = tables;
  if (counts.reduce((sum, count) => sum + count, 0) !== sampleCount)
    throw new Unplannable('The tables of a track state different numbers of samples.');
  if (sampleBytes > 0) {
    const most = Math.max(sampleBytes, bytesOfSample);
    return offsets.map((start, index) => ({ start, end: start + Math.ceil((counts[index] ?? 0) * most) }));
  }
  const entries = await readEntries(reader, sizes, { headBytes: 12, entryBytes: 4, count: sampleCount });
  let sample = 0;
  return offsets.map((start, index) => {
    let end = start;
    for (const last = sample + (counts[index] ?? 0); sample < last; sample++)
      end += entries.getUint32(4 * sample);
    return { start, end };
  });
}

/** Returns the number of samples in each chunk: an entry counts for all chunks up to that of the next one. */
async function readCounts(reader: BoxReader, { chunks, chunkCount }: SampleTables): Promise<number[]> {
  const count = (await reader.read(chunks.content, 8)).getUint32(4);
  const entries = await readEntries(reader, chunks, { headBytes: 8, entryBytes: 12, count });
  const counts: number[] = [];
  for (let entry = 0; entry < count; entry++) {
    const first = entries.getUint32(12 * entry);
    const next = entry + 1 < count ? entries.getUint32(12 * entry + 12) : chunkCount + 1;
    const samples = entries.getUint32(12 * entry + 4);
    const isInOrder = first === counts.length + 1 && next > first && next <= chunkCount + 1;
    if (!isInOrder || samples === 0 || entries.getUint32(12 * entry + 8) === 0)
      throw new Unplannable('The table of chunks is out of order.');
    for (let chunk = first; chunk < next; chunk++) counts.push(samples);
  }
  if (counts.length !== chunkCount) throw new Unplannable('Chunks are missing.');
  return counts;
}
