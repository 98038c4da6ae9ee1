import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, Unplannable } from '../../../../../services/gateway/sound/iso-media/boxes.ts';
import { makeChunkTables } from '../../../../../services/gateway/sound/iso-media/chunk-tables.ts';
import { KeptRanges } from '../../../../../services/gateway/sound/iso-media/kept-ranges.ts';

const box = (type: string): Box => ({ type, start: 0, content: 8, end: 20, isOpen: false });
const CHUNK = { start: 0, end: 10, samples: 1, description: 1 };

/** Writes the table of a chunk that is at `place` in the smaller file, and returns its entry. */
function writeEntry(place: number, hasLongOffsets: boolean): number {
  const ranges = new KeptRanges();
  ranges.add(CHUNK.start, CHUNK.end);
  ranges.finish([CHUNK]);
  ranges.place(CHUNK, place);
  const [sizes, chunks, offsets, durations] = ['stsz', 'stsc', 'stco', 'stts'].map(box) as [
    Box,
    Box,
    Box,
    Box,
  ];
  const changes = new Map<Box, Uint8Array | undefined>();
  const counts = { chunkCount: 1, sampleCount: 1, sampleBytes: 10, descriptions: 1 };
  const tables = { sizes, chunks, offsets, durations, hasLongOffsets, ...counts };
  makeChunkTables(changes, tables, [CHUNK], true)(ranges)();
  const written = Buffer.from(changes.get(offsets) ?? []);
  return hasLongOffsets ? Number(written.readBigUInt64BE(16)) : written.readUInt32BE(16);
}

describe('makeChunkTables', () => {
  it('writes where a chunk is', () => {
    assert.equal(writeEntry(2 ** 32 - 1, false), 2 ** 32 - 1);
    assert.equal(writeEntry(2 ** 32, true), 2 ** 32);
  });

  it('has the film sent whole where the film’s own table cannot say where a chunk is', () => {
    assert.throws(() => writeEntry(2 ** 32, false), Unplannable);
  });
});
