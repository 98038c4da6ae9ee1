import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStat } from '../../bench/cpu-time.ts';

describe('parseStat(stat)', () => {
  it('adds up the time of all processors that was neither idle nor stolen', () => {
    const stat = 'cpu  1000 200 300 9000 50 6 4 70 0 0\ncpu0 500 100 150 4500 25 3 2 35 0 0\nintr 1 2 3\n';
    assert.equal(parseStat(stat), 15.1);
  });
});
