import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHUNK_BYTES, chunkKey } from '../../../../services/shared/blobs/chunks.ts';
import { readGrowingBlob } from '../../../../services/shared/blobs/read-growing-blob.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { randomBytes } from '../../../support/random.ts';

const quick = { firstPauseMs: 1, maxPauseMs: 2 };
const blob = { id: 'growing', size: CHUNK_BYTES + 5 };
const signal = new AbortController().signal;

describe('readGrowingBlob', () => {
  it('yields each chunk once it is stored, and the last one with the rest', async () => {
    const state = createMemoryState();
    const bytes = randomBytes(blob.size, 1);
    await state.putBytes(chunkKey(blob.id, 0), bytes.subarray(0, CHUNK_BYTES));
    const seen: Buffer[] = [];
    for await (const chunk of readGrowingBlob(state, blob, { ...quick, signal, silenceMs: 10_000 })) {
      seen.push(chunk);
      if (seen.length === 1) void state.putBytes(chunkKey(blob.id, 1), bytes.subarray(CHUNK_BYTES));
    }
    assert.ok(Buffer.concat(seen).equals(bytes));
    assert.equal(seen.length, 2);
  });

  it('gives up where no chunk comes', async () => {
    const reading = readGrowingBlob(createMemoryState(), blob, { ...quick, signal, silenceMs: 5 });
    await assert.rejects(reading.next(), { code: 'unavailable' });
  });

  it('refuses a chunk of another length than the size says', async () => {
    const state = createMemoryState();
    await state.putBytes(chunkKey(blob.id, 0), Buffer.alloc(CHUNK_BYTES - 1));
    const reading = readGrowingBlob(state, blob, { ...quick, signal, silenceMs: 5 });
    await assert.rejects(reading.next(), { code: 'unavailable' });
  });

  it('ends at once when it is aborted', async () => {
    const stop = new AbortController();
    const reading = readGrowingBlob(createMemoryState(), blob, { signal: stop.signal, silenceMs: 60_000 });
    const next = reading.next();
    const reason = new Error('stopped');
    stop.abort(reason);
    await assert.rejects(next, reason);
  });
});
