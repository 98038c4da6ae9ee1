import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slowestFiles } from '../../runner/slowest-files.ts';
import { NONE, sum } from '../../support/run-tests.ts';

describe('slowestFiles', () => {
  it('begins with the slowest, and leaves out what takes less than a second', () => {
    assert.deepEqual(slowestFiles({ 'a.test.ts': 2, 'b.test.ts': 0.9, 'c.test.ts': 31.4 }), [
      'c.test.ts 31 s',
      'a.test.ts 2 s',
    ]);
  });

  it('is ten files at most', () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`${index}.test.ts`, index + 1]),
    );
    const names = slowestFiles(many);
    assert.deepEqual([names.length, names[0], names.at(-1)], [10, '11.test.ts 12 s', '2.test.ts 3 s']);
  });

  it('adds up the seconds of a file that several steps run', () => {
    const [first, second] = [{ 'a.test.ts': 2 }, { 'a.test.ts': 3, 'b.test.ts': 1 }];
    const { fileSeconds } = sum({ ...NONE, fileSeconds: first }, { ...NONE, fileSeconds: second });
    assert.deepEqual(slowestFiles(fileSeconds), ['a.test.ts 5 s', 'b.test.ts 1 s']);
  });
});
