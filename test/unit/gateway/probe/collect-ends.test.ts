import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectEnds } from '../../../../services/gateway/probe/collect-ends.ts';
import { keepLastBytes } from '../../../../services/gateway/probe/last-bytes.ts';
import { inPieces, randomBytes, randomNumbers } from '../../../support/random.ts';

const signal = new AbortController().signal;

describe('collectEnds', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`returns the first and the last bytes of a file, however it is cut (seed ${seed})`, async () => {
      const random = randomNumbers(seed);
      for (let round = 0; round < 40; round += 1) {
        const maxBytes = 1 + random(200_000);
        const content = randomBytes(1 + random(5 * maxBytes), seed);
        const pieces = inPieces(content, round % 4 === 0 ? 50 : 1 + random(300_000), seed + round);
        const ends = await collectEnds(pieces, { maxBytes, signal });
        const head = content.subarray(0, maxBytes);
        const tail = content.subarray(Math.max(head.length, content.length - maxBytes));
        assert.deepEqual(
          [ends.size, ends.headBytes, ends.tailBytes],
          [content.length, head.length, tail.length],
        );
        assert.ok(Buffer.concat(ends.pieces).equals(Buffer.concat([head, tail])));
      }
    });
  }

  it('keeps no byte of the middle in memory', async () => {
    const piece = randomBytes(64 * 1024);
    async function* endless() {
      for (let count = 0; count < 1000; count += 1) yield piece;
    }
    const ends = await collectEnds(endless(), { maxBytes: 100_000, signal });
    const buffers = new Set(ends.pieces.map(({ buffer }) => buffer));
    const bytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    assert.ok(bytes <= 2 * (100_000 + 2 * 65_536), `${bytes} bytes`);
  });

  it('ends with the reason of the signal while the client sends nothing', async () => {
    const controller = new AbortController();
    async function* silent() {
      yield Buffer.from('a');
      await new Promise(() => undefined);
    }
    const collected = collectEnds(silent(), { maxBytes: 10, signal: controller.signal });
    controller.abort(new Error('gone'));
    await assert.rejects(collected, /gone/);
  });
});

describe('keepLastBytes', () => {
  it('keeps the last bytes when they wrap around its blocks', () => {
    const kept = keepLastBytes(10, 4);
    const all = Buffer.from('abcdefghijklmnopqrstuvwxyz');
    for (const [index, byte] of all.entries()) {
      kept.add(Buffer.from([byte]));
      const expected = all.subarray(Math.max(0, index - 9), index + 1);
      assert.equal(Buffer.concat(kept.pieces()).toString(), expected.toString());
    }
    assert.equal(kept.total, 26);
  });
});
