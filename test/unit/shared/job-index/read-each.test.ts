import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEach } from '../../../../services/shared/job-index/read-each.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';

const ids = Array.from({ length: 1_000 }, (_, number) => `${number}`);

/** Reads documents, of which those with the ids in `broken` are not JSON. Notes the size of each read. */
function build(broken: readonly string[]) {
  const reads: number[] = [];
  const readMany = async (some: readonly string[]) => {
    reads.push(some.length);
    return new Map(some.map((id) => [id, JSON.parse(broken.includes(id) ? '{"docu' : id) as number]));
  };
  return { reads, readMany };
}

describe('readEach', () => {
  test('reads all documents at once when none is damaged', async () => {
    const { reads, readMany } = build([]);
    const { found, damaged } = await readEach(ids, readMany);
    assert.deepEqual([found.size, damaged.size, reads], [1_000, 0, [1_000]]);
  });

  for (const broken of [['0'], ['999'], ['500'], ['17', '803']])
    test(`finds the damaged ones (${broken}) among 1,000 documents in a few reads`, async () => {
      const { reads, readMany } = build(broken);
      const { found, damaged } = await readEach(ids, readMany);
      assert.deepEqual([[...damaged.keys()].sort(), found.size], [broken, 1_000 - broken.length]);
      assert.ok(reads.length <= 21 * broken.length, `${reads.length} reads`);
    });

  test('finds all documents damaged when all are', async () => {
    const { readMany } = build(ids);
    const { found, damaged } = await readEach(ids, readMany);
    assert.deepEqual([found.size, damaged.size], [0, 1_000]);
  });

  test('throws an error that no document causes', async () => {
    const readMany = async () => {
      throw unavailable('the store');
    };
    await assert.rejects(readEach(ids, readMany), { code: 'unavailable' });
  });
});
