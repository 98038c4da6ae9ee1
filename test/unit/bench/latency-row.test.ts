import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latencyRow } from '../../bench/latency-row.ts';
import { isMet } from '../../bench/report.ts';

describe('latencyRow(name, quiet, meanwhile, atMost)', () => {
  it('has the ratio of the medians, and says the times', () => {
    const row = latencyRow('GET /jobs', [0.01, 0.01, 0.02], [0.02, 0.02, 0.09], 2);
    assert.deepEqual(row.values, [2]);
    assert.match(row.note ?? '', /^10 ms, 20 ms, 20 ms quietly/);
    assert.match(row.note ?? '', /20 ms, 90 ms, 90 ms meanwhile/);
  });

  it('keeps the limit if requests became twice as slow, and misses it if they became slower', () => {
    assert.equal(isMet(latencyRow('GET /jobs', [0.01], [0.02], 2)), true);
    assert.equal(isMet(latencyRow('GET /jobs', [0.01], [0.021], 2)), false);
  });

  it('misses the limit if nothing was answered', () => {
    assert.equal(isMet(latencyRow('GET /jobs', [0.01], [], 2)), false);
  });

  it('has no limit where none is given', () => {
    assert.equal(isMet(latencyRow('GET /jobs', [0.01], [0.09])), undefined);
  });
});
