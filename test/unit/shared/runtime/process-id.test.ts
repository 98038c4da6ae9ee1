import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStat } from '../../../../services/shared/runtime/process-id.ts';

describe('parseStat', () => {
  it('reads the fields that follow a command with spaces and brackets', () => {
    const text = '42 (tmux: a) b (x) S 1 40 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 10';
    assert.deepEqual(parseStat(text), { state: 'S', group: 40, started: '987654' });
  });
});
