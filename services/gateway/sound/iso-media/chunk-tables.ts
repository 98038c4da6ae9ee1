import type { Changes } from './box-tree.ts';
import { Unplannable } from './boxes.ts';
import type { KeptRanges } from './kept-ranges.ts';
import type { Chunk, SampleTables } from './sample-tables.ts';
import { table } from './table.ts';

/** Writes where the samples are, once the places of the kept ranges are known. @throws Unplannable where a table cannot hold one */
export type Patch = () => void;
/** Makes the tables of a track, once all kept ranges are known: their lengths, and so the places of all, depend on the ranges. */
export type MakeTables = (ranges: KeptRanges) => Patch;

/**
 * Makes the tables that say where the chunks of a track are.
 *
 * @param joins whether chunks that follow each other in the smaller file become one. The tables of a film with a chunk for each two
 * frames of sound would be a hundredth of what is sent.
 */
export const makeChunkTables =
  (changes: Changes, tables: SampleTables, chunks: readonly Chunk[], joins: boolean): MakeTables =>
  (ranges) => {
    const isUniform = chunks.every(({ description }) => description === chunks[0]?.description);
    const placed = joins && isUniform ? joinChunks(chunks, ranges) : chunks;
    if (placed !== chunks) changes.set(tables.chunks, makeRuns(tables, placed));
    const { offsets, hasLongOffsets } = tables;
    const entryBytes = hasLongOffsets ? 8 : 4;
    const bytes = table(offsets, [placed.length], placed.length * entryBytes);
    changes.set(offsets, bytes);
    return () => {
      const view = new DataView(bytes.buffer, bytes.length - placed.length * entryBytes);
      for (const [index, { start, end }] of placed.entries()) {
        // A chunk without bytes is nowhere.
        const place = start === end ? 0 : ranges.placeOf(start);
        if (hasLongOffsets) view.setBigUint64(index * 8, BigInt(place));
        else if (place < 2 ** 32) view.setUint32(index * 4, place);
        else throw new Unplannable('A sample is too far away.');
      }
    };
  };

function joinChunks(chunks: readonly Chunk[], ranges: KeptRanges): Chunk[] {
  const joined: Chunk[] = [];
  let lastEnd = 0;
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (last && ranges.follows(lastEnd, chunk.start)) last.samples += chunk.samples;
    else joined.push({ ...chunk });
    lastEnd = chunk.end;
  }
  return joined;
}

/** Returns `stsc`, with an entry for each run of chunks with the same number of samples. */
function makeRuns({ chunks: box }: SampleTables, chunks: readonly Chunk[]): Uint8Array {
  const entries: number[] = [];
  let last: Chunk | undefined;
  for (const [index, chunk] of chunks.entries()) {
    const isSame = chunk.samples === last?.samples;
    if (!isSame) entries.push(index + 1, chunk.samples, chunk.description);
    last = chunk;
  }
  return table(box, [entries.length / 3, ...entries]);
}
