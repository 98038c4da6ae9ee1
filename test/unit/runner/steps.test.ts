import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PARTS, type Part } from '../../runner/select-files.ts';
import { stepGroups } from '../../runner/steps.ts';

const namesOf = (parts: readonly Part[]): string[][] =>
  stepGroups(new Set(parts)).map((steps) => steps.map(({ name }) => name));

describe('stepGroups', () => {
  it('runs the matrix and chaos at the same time, and every other step alone', () => {
    const several = namesOf(PARTS).filter((names) => names.length > 1);
    assert.deepEqual(several, [['matrix', 'chaos']]);
  });

  for (const [parts, expected] of [
    [['chaos'], [['chaos']]],
    [
      ['bench', 'chaos', 'hostile'],
      [['hostile'], ['chaos'], ['bench']],
    ],
    [['contract', 'e2e'], [['system tests']]],
    [[], []],
  ] as [Part[], string[][]][]) {
    it(`runs ${JSON.stringify(expected)} for ${JSON.stringify(parts)}`, () => {
      assert.deepEqual(namesOf(parts), expected);
    });
  }
});
