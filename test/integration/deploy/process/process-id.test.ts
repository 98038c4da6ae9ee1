import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlive, parseStat, readProcessId } from '../../../../deploy/process/process-id.ts';

test('the fields after a command with spaces and brackets are read rightly', () => {
  const text = '42 (tmux: a) b (x) S 1 40 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 10';
  assert.deepEqual(parseStat(text), { state: 'S', group: 40, started: '987654' });
});

test('this process is alive, and a process of the same pid that began at another time is not', () => {
  const me = readProcessId(process.pid);
  assert.ok(me);
  assert.equal(isAlive(me), true);
  assert.equal(isAlive({ ...me, started: 'another boot:1' }), false);
});
