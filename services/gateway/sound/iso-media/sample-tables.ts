import { type BoxNode, findNode, requireNode } from './box-tree.ts';
import { type Box, type BoxReader, Unplannable } from './boxes.ts';

/** The index of a track of two days has some 8 million samples. */
const MAX_TABLE_BYTES = 64 * 1024 * 1024;
const MAX_CHUNKS = 2_000_000;
/** ffmpeg refuses a film with a greater sample. */
const MAX_SAMPLE_BYTES = 2 ** 30;

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
  /** Number of descriptions of samples. */
  descriptions: number;
}

/** A run of samples that are one behind the other, by its place in the film. */
export interface Chunk {
  start: number;
  end: number;
  samples: number;
  /** The number of the description of its samples. */
  description: number;
}

export async function readSampleTables(
  reader: BoxReader,
  stbl: BoxNode,
  descriptions: number,
): Promise<SampleTables> {
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
    descriptions,
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

async function readChunkOffsets(reader: BoxReader, tables: SampleTables, count = tables.chunkCount) {
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
  const runs = await readRuns(reader, tables);
  const { sampleBytes, sampleCount, sizes } = tables;
  if (runs.reduce((sum, { samples }) => sum + samples, 0) !== sampleCount)
    throw new Unplannable('The tables of a track state different numbers of samples.');
  const isOneSize = sampleBytes > 0;
  const count = isOneSize ? 0 : sampleCount;
  const entries = await readEntries(reader, sizes, { headBytes: 12, entryBytes: 4, count });
  const most = Math.max(sampleBytes, bytesOfSample);
  let sample = 0;
  return runs.map((run, index) => {
    const start = offsets[index] as number;
    if (isOneSize) return { ...run, start, end: start + Math.ceil(run.samples * most) };
    let end = start;
    for (const last = sample + run.samples; sample < last; sample++) {
      const bytes = entries.getUint32(4 * sample);
      if (bytes >= MAX_SAMPLE_BYTES) throw new Unplannable('A sample is too long.');
      end += bytes;
    }
    return { ...run, start, end };
  });
}

type Run = Pick<Chunk, 'samples' | 'description'>;

/** Returns what samples each chunk has: an entry counts for all chunks up to that of the next one. */
async function readRuns(
  reader: BoxReader,
  { chunks, chunkCount, descriptions }: SampleTables,
): Promise<Run[]> {
  const count = (await reader.read(chunks.content, 8)).getUint32(4);
  const entries = await readEntries(reader, chunks, { headBytes: 8, entryBytes: 12, count });
  const runs: Run[] = [];
  for (let entry = 0; entry < count; entry++) {
    const first = entries.getUint32(12 * entry);
    const next = entry + 1 < count ? entries.getUint32(12 * entry + 12) : chunkCount + 1;
    const samples = entries.getUint32(12 * entry + 4);
    const isInOrder = first === runs.length + 1 && next > first && next <= chunkCount + 1;
    const description = entries.getUint32(12 * entry + 8);
    if (!isInOrder || samples === 0 || description === 0 || description > descriptions)
      throw new Unplannable('The table of chunks is out of order.');
    for (let chunk = first; chunk < next; chunk++) runs.push({ samples, description });
  }
  if (runs.length !== chunkCount) throw new Unplannable('Chunks are missing.');
  return runs;
}
