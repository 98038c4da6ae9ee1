import assert from 'node:assert/strict';
import { it } from 'node:test';
import { estimateProgress } from '../../../../services/converter/job/progress.ts';

const table: [converted: number, expected: number | undefined, elapsed: number, result: unknown][] = [
  [0, 100, 1, undefined],
  [10, undefined, 1, undefined],
  [25, 100, 2, { progress: 0.25, eta_seconds: 6 }],
  [100, 100, 8, { progress: 0.99, eta_seconds: 1 }],
  [500, 100, 8, { progress: 0.99, eta_seconds: 1 }],
];
for (const [converted, expected, elapsed, result] of table) {
  it(`estimateProgress estimates ${JSON.stringify(result)} for ${converted} of ${expected} s after ${elapsed} s`, () => {
    assert.deepEqual(estimateProgress(converted, expected, elapsed), result);
  });
}
