import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Hole, overlaps } from '../../../../services/converter/completeness/hole.ts';

const CASES: readonly [hole: Hole, start: number, end: number, expected: boolean][] = [
  [{ start: 10, end: 20 }, 0, 10, false],
  [{ start: 10, end: 20 }, 0, 11, true],
  [{ start: 10, end: 20 }, 12, 13, true],
  [{ start: 10, end: 20 }, 0, 30, true],
  [{ start: 10, end: 20 }, 19, 30, true],
  [{ start: 10, end: 20 }, 20, 30, false],
  [{ start: 10, end: 20 }, 15, 15, false],
  [{ start: 10, end: 10 }, 0, 30, false],
  [{ start: 10, end: 10 }, 10, 30, false],
  [{ start: 0, end: 0 }, 0, 30, false],
];

describe('overlaps', () => {
  for (const [hole, start, end, expected] of CASES)
    it(`says ${expected} of a hole from ${hole.start} to ${hole.end} and bytes from ${start} to ${end}`, () => {
      assert.equal(overlaps(hole, start, end), expected);
    });
});
