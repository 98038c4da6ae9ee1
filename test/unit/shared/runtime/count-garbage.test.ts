import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { rechunk } from '../../../../services/shared/blobs/chunks.ts';
import { createBufferPool } from '../../../../services/shared/runtime/buffer-pool.ts';
import { countGarbage } from '../../../../services/shared/runtime/count-garbage.ts';

const MIB = 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
const PIECES = (512 * MIB) / PIECE_BYTES;
/** V8 frees the memory in another thread, shortly after a collection. Without collections, 68 to 80 MB are in use. */
const MOST_BYTES = 32 * MIB;

/** How much memory outside of the heap is in use on top of what was when the watch began, at most. Bytes. */
function watchMemory() {
  const before = process.memoryUsage().arrayBuffers;
  let highest = 0;
  return {
    look: () => {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
    },
    highest: () => highest,
  };
}

test('Memory that counts as garbage is freed before there are 32 MiB of it', () => {
  const memory = watchMemory();
  for (let piece = 0; piece < PIECES; piece++) {
    countGarbage(randomFillSync(Buffer.allocUnsafeSlow(PIECE_BYTES)).length);
    memory.look();
  }
  assert.ok(memory.highest() < MOST_BYTES, `${memory.highest()} bytes were in use`);
});

test('Pieces that were copied into chunks are freed', async () => {
  async function* pieces() {
    for (let piece = 0; piece < PIECES; piece++) yield Buffer.allocUnsafeSlow(PIECE_BYTES);
  }
  const pool = createBufferPool(MIB, 1);
  const memory = watchMemory();
  for await (const chunk of rechunk(pieces(), pool)) {
    pool.give(chunk);
    memory.look();
  }
  assert.ok(memory.highest() < MOST_BYTES, `${memory.highest()} bytes were in use`);
});
