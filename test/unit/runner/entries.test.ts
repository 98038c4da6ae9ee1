import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { balance } from '../../runner/entries.ts';

const weighted = (...weights: number[]) => weights.map((weight) => ({ file: `${weight}.test.ts`, weight }));

describe('balance', () => {
  it('gives every file to one share', () => {
    const shares = balance(weighted(1, 2, 3, 4, 5), 2);
    assert.deepEqual(
      shares.flat().toSorted(),
      [1, 2, 3, 4, 5].map((weight) => `${weight}.test.ts`),
    );
  });

  it('makes the sums of the weights about equal', () => {
    const sums = balance(weighted(1, 2, 3, 6), 2).map((files) =>
      files.reduce((sum, file) => sum + Number.parseInt(file, 10), 0),
    );
    assert.deepEqual(sums, [6, 6]);
  });

  it('makes one share of everything for one core', () => {
    assert.equal(balance(weighted(1, 2, 3), 1)[0]?.length, 3);
  });
});
