import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { latencyRow } from '../../bench/latency-row.ts';

describe('latencyRow(name, before, during)', () => {
  test('shows the times and their ratio if the expectation is met', () => {
    const line = latencyRow('GET /jobs', [0.01, 0.01, 0.02], [0.02, 0.02, 0.09]);
    assert.match(
      line,
      /10 ms, 20 ms, 20 ms quietly; 20 ms, 90 ms, 90 ms meanwhile: ×2\.0 {3}\(expected ≤ 2\)$/,
    );
  });

  test('says MISSED if requests became more than twice as slow', () => {
    assert.match(latencyRow('GET /jobs', [0.01], [0.021]), /×2\.1 {3}MISSED \(expected ≤ 2\)$/);
  });

  test('says MISSED if nothing was answered', () => {
    assert.match(latencyRow('GET /jobs', [0.01], []), /MISSED \(expected ≤ 2\)$/);
  });
});
