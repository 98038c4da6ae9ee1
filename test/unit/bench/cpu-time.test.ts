import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStat } from '../../bench/cpu-time.ts';

describe('parseStat(stat)', () => {
  it('reads the parent, and adds up the time of a process and of its ended children', () => {
    const stat = '4711 (node) S 42 4711 4711 0 -1 4194560 900 20 0 0 150 50 1000 300 20 0 11 0 5000 1 2';
    assert.deepEqual(parseStat(stat), { parent: 42, seconds: 15, endedChildrenSeconds: 13 });
  });

  it('reads a process whose name has blanks and parentheses', () => {
    const stat = '4711 (a) S 7 (b) R 42 1 1 0 -1 0 0 0 0 0 100 0 0 0 20 0 1 0 1 1 1';
    assert.deepEqual(parseStat(stat), { parent: 42, seconds: 1, endedChildrenSeconds: 0 });
  });
});
